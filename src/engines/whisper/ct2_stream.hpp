// A file given as pieces in memory, read as one stream.
#pragma once
#include <cstddef>
#include <span>
#include <streambuf>
#include <vector>

namespace skald::whisper {

class PieceBuffer : public std::streambuf {
 public:
  /// The bytes must outlive the buffer.
  explicit PieceBuffer(std::vector<std::span<const std::byte>> pieces);

 protected:
  int_type underflow() override;
  pos_type seekoff(off_type offset, std::ios_base::seekdir way, std::ios_base::openmode which) override;
  pos_type seekpos(pos_type position, std::ios_base::openmode which) override;

 private:
  void select(std::size_t piece, std::size_t offset);
  std::vector<std::span<const std::byte>> pieces_;
  std::vector<std::size_t> starts_;  // of each piece, and the end
  std::size_t current_ = 0;
};

}  // namespace skald::whisper
