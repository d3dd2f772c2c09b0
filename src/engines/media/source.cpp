#include "engines/media/source.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <string_view>

namespace skald::media {
namespace {

constexpr int kBuffer = 1 << 17;

// Bytes of an ID3v2 tag that begins here; 0: none. Sizes in it have seven bits a byte.
std::uint64_t id3_size(std::span<const std::uint8_t> head) {
  if (head.size() < 10 || head[0] != 'I' || head[1] != 'D' || head[2] != '3') return 0;
  if (((head[6] | head[7] | head[8] | head[9]) & 0x80) != 0) return 0;
  const std::uint64_t footer = (head[5] & 0x10) != 0 ? 10 : 0;
  return 10 + footer + (std::uint64_t{head[6]} << 21) + (std::uint64_t{head[7]} << 14) +
         (std::uint64_t{head[8]} << 7) + head[9];
}

constexpr std::uint64_t kUnknownLength =
    0x7FFF'0000;  // and above: what programs write that do not know it yet

std::uint64_t little_endian(std::span<const std::uint8_t, 4> bytes) {
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | std::uint64_t{bytes[3]} << 24;
}

bool has_name(std::span<const std::uint8_t> bytes, std::string_view name) {
  return std::equal(name.begin(), name.end(), bytes.begin());
}

}  // namespace

Source::Source(const InputFile& input, Cancelled cancelled)
    : input_(input), is_cancelled_(std::move(cancelled)) {
  auto* buffer = static_cast<unsigned char*>(::av_malloc(kBuffer));
  io_.reset(::avio_alloc_context(buffer, kBuffer, 0, this, &Source::read, nullptr, &Source::seek));
  if (!io_) throw std::bad_alloc();
}

ssize_t Source::read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
  for (;;) {
    const ssize_t n = ::pread(input_.descriptor(), out.data(), out.size(), static_cast<off_t>(offset));
    if (n >= 0 || errno != EINTR) return n;
  }
}

int Source::read(void* self, std::uint8_t* buffer, int size) {
  auto& source = *static_cast<Source*>(self);
  if (source.is_cancelled_ && source.is_cancelled_()) {
    source.was_cancelled_ = true;
    return AVERROR_EXIT;
  }
  const ssize_t n = source.read_at(source.position_, {buffer, static_cast<std::size_t>(size)});
  if (n < 0) {
    source.read_error_ = errno;
    return AVERROR(source.read_error_);
  }
  if (n == 0) return AVERROR_EOF;
  source.position_ += static_cast<std::uint64_t>(n);
  return static_cast<int>(n);
}

std::int64_t Source::seek(void* self, std::int64_t offset, int whence) {
  auto& source = *static_cast<Source*>(self);
  const auto size = static_cast<std::int64_t>(source.input_.size());
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
      return size;
    case SEEK_CUR:
      offset += static_cast<std::int64_t>(source.position_);
      break;
    case SEEK_END:
      offset += size;
      break;
    default:
      break;
  }
  if (offset < 0) return AVERROR(EINVAL);
  source.position_ = static_cast<std::uint64_t>(offset);
  return offset;
}

Result<std::vector<std::uint8_t>> Source::head(std::size_t size) const {
  std::uint64_t start = 0;
  std::vector<std::uint8_t> bytes(10);
  for (;;) {
    const ssize_t n = read_at(start, bytes);
    if (n < 0) return tl::unexpected(errno_error(errno, "cannot read", input_.name()));
    const std::uint64_t tag = id3_size(std::span(bytes).first(static_cast<std::size_t>(n)));
    if (tag == 0) break;
    start += tag;
  }
  bytes.resize(size);
  const ssize_t n = read_at(start, bytes);
  if (n < 0) return tl::unexpected(errno_error(errno, "cannot read", input_.name()));
  bytes.resize(static_cast<std::size_t>(n));
  return bytes;
}

std::uint64_t Source::missing_wav_bytes() const {
  std::array<std::uint8_t, 12> head{};
  if (read_at(0, head) != 12 || !has_name(head, "RIFF") || !has_name(std::span(head).subspan(8), "WAVE"))
    return 0;
  std::array<std::uint8_t, 8> chunk{};
  for (std::uint64_t at = 12; read_at(at, chunk) == 8;) {
    const std::uint64_t size = little_endian(std::span(chunk).last<4>());
    at += 8;
    if (has_name(chunk, "data")) {
      if (size >= kUnknownLength || at + size <= input_.size()) return 0;
      return at + size - input_.size();
    }
    at += size + size % 2;
  }
  return 0;
}

double Source::share_read() const {
  const auto at = static_cast<double>(::avio_tell(io_.get()));
  return std::clamp(at / static_cast<double>(input_.size()), 0.0, 1.0);
}

}  // namespace skald::media
