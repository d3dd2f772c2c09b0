#include "engines/whisper/ct2_stream.hpp"

#include <algorithm>

namespace skald::whisper {

PieceBuffer::PieceBuffer(std::vector<std::span<const std::byte>> pieces)
    : pieces_(std::move(pieces)), starts_{0} {
  std::erase_if(pieces_, [](const auto& p) { return p.empty(); });
  for (const auto& piece : pieces_) starts_.push_back(starts_.back() + piece.size());
  select(0, 0);
}

void PieceBuffer::select(std::size_t piece, std::size_t offset) {
  current_ = piece;
  if (piece >= pieces_.size()) {
    setg(nullptr, nullptr, nullptr);
    return;
  }
  // A stream buffer wants characters it may write to; this one is only ever read from.
  char* begin = const_cast<char*>(reinterpret_cast<const char*>(pieces_[piece].data()));
  setg(begin, begin + offset, begin + pieces_[piece].size());
}

PieceBuffer::int_type PieceBuffer::underflow() {
  if (gptr() < egptr()) return traits_type::to_int_type(*gptr());
  if (current_ + 1 >= pieces_.size()) return traits_type::eof();
  select(current_ + 1, 0);
  return traits_type::to_int_type(*gptr());
}

PieceBuffer::pos_type PieceBuffer::seekoff(off_type offset, std::ios_base::seekdir way,
                                           std::ios_base::openmode which) {
  off_type base = 0;
  if (way == std::ios_base::end) base = static_cast<off_type>(starts_.back());
  if (way == std::ios_base::cur) base = static_cast<off_type>(starts_[current_]) + (gptr() - eback());
  return seekpos(base + offset, which);
}

PieceBuffer::pos_type PieceBuffer::seekpos(pos_type position, std::ios_base::openmode) {
  const auto target = static_cast<off_type>(position);
  if (target < 0 || target > static_cast<off_type>(starts_.back())) return pos_type(off_type(-1));
  if (pieces_.empty()) return position;
  const auto at = static_cast<std::size_t>(target);
  auto piece = static_cast<std::size_t>(std::ranges::upper_bound(starts_, at) - starts_.begin()) - 1;
  piece = std::min(piece, pieces_.size() - 1);
  select(piece, at - starts_[piece]);
  return position;
}

}  // namespace skald::whisper
