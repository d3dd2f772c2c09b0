#include "platform/wav/wav.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>

namespace skald {
static_assert(std::endian::native == std::endian::little,
              "WAV files are mapped and written as they lie in memory");

namespace {

constexpr std::size_t kHeaderSize = 44;
constexpr std::int64_t kMaxSamples =
    (0xFFFFFFFFLL - static_cast<std::int64_t>(kHeaderSize)) / 2;  // RIFF sizes have 32 bits

// How far around a page that is touched the system may map others that it holds already.
constexpr std::size_t kMappedAround = std::size_t{4} << 20;

// Pages that were read leave this process; the system keeps them cached while there is room. So a recording
// of any length takes the same memory here.
void let_go(std::span<const std::byte> file, std::span<const std::int16_t> read) {
  static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = reinterpret_cast<std::uintptr_t>(file.data());
  const auto last = first + file.size();
  const auto from = reinterpret_cast<std::uintptr_t>(read.data());
  const auto begin = std::max(first, from - std::min<std::uintptr_t>(from, kMappedAround)) / page * page;
  const auto end = std::min(last, from + read.size_bytes() + kMappedAround);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the address of a page, rounded from that of the samples
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

template <typename T>
T load(std::span<const std::byte> bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::string_view tag(std::span<const std::byte> bytes, std::size_t offset) {
  return {reinterpret_cast<const char*>(bytes.data()) + offset, 4};
}

bool is_ours(std::span<const std::byte> format) {
  return format.size() >= 16 && load<std::uint16_t>(format, 0) == 1 && load<std::uint16_t>(format, 2) == 1 &&
         load<std::uint32_t>(format, 4) == kSampleRate && load<std::uint16_t>(format, 14) == 16;
}

std::array<std::byte, kHeaderSize> header(std::int64_t samples) {
  std::array<std::byte, kHeaderSize> bytes{};
  const auto put = [&bytes](std::size_t offset, const auto& value) {
    std::memcpy(bytes.data() + offset, &value, sizeof value);
  };
  const auto put_tag = [&bytes](std::size_t offset, const char* text) {
    std::memcpy(bytes.data() + offset, text, 4);
  };
  const auto data_size = static_cast<std::uint32_t>(samples * 2);
  put_tag(0, "RIFF");
  put(4, static_cast<std::uint32_t>(data_size + kHeaderSize - 8));
  put_tag(8, "WAVE");
  put_tag(12, "fmt ");
  put(16, std::uint32_t{16});
  put(20, std::uint16_t{1});  // PCM
  put(22, std::uint16_t{1});  // channels
  put(24, static_cast<std::uint32_t>(kSampleRate));
  put(28, static_cast<std::uint32_t>(kSampleRate * 2));
  put(32, std::uint16_t{2});
  put(34, std::uint16_t{16});
  put_tag(36, "data");
  put(40, data_size);
  return bytes;
}

}  // namespace

Result<WavFile> WavFile::open(const std::filesystem::path& path) {
  MappedFile file = TRY(MappedFile::open(path));
  const auto bytes = file.bytes();
  const std::string name = "'" + path.string() + "'";
  if (bytes.size() < 12 || tag(bytes, 0) != "RIFF" || tag(bytes, 8) != "WAVE")
    return fail(ErrorCode::InvalidInput, name + " is not a WAV file");
  bool format_seen = false;
  for (std::size_t at = 12; at + 8 <= bytes.size();) {
    const std::size_t size = load<std::uint32_t>(bytes, at + 4);
    const std::size_t content = at + 8;
    if (tag(bytes, at) == "data") {
      if (!format_seen) break;
      if (size > bytes.size() - content)
        return fail(ErrorCode::Damaged, name + " ends before its header says");
      return WavFile(std::move(file), {reinterpret_cast<const std::int16_t*>(bytes.data() + content),
                                       size / sizeof(std::int16_t)});
    }
    if (size > bytes.size() - content) break;
    if (tag(bytes, at) == "fmt ") {
      format_seen = is_ours(bytes.subspan(content, size));
      if (!format_seen) return fail(ErrorCode::InvalidInput, name + " is not 16 kHz, mono, 16 bit");
    }
    at = content + size + (size & 1U);  // chunks are padded to even sizes, so samples are aligned
  }
  return fail(ErrorCode::InvalidInput, name + " holds no samples");
}

void WavFile::read_float(Samples start, std::span<float> out) const {
  const auto total = static_cast<std::int64_t>(samples_.size());
  const auto wanted = static_cast<std::int64_t>(out.size());
  const std::int64_t from = std::clamp<std::int64_t>(start.value, 0, total);
  const std::int64_t to = std::clamp<std::int64_t>(start.value + wanted, from, total);
  const std::int64_t lead = std::min(from - start.value, wanted);
  // A start after the end leaves nothing to copy.
  if (to == from) {
    std::fill(out.begin(), out.end(), 0.0F);
    return;
  }
  auto cursor = std::fill_n(out.begin(), lead, 0.0F);
  cursor = std::transform(samples_.begin() + from, samples_.begin() + to, cursor,
                          [](std::int16_t s) { return static_cast<float>(s) * (1.0F / 32768.0F); });
  std::fill(cursor, out.end(), 0.0F);
  let_go(file_.bytes(),
         samples_.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
}

void WavFile::append_to(std::vector<std::int16_t>& out, Samples start, Samples end) const {
  const auto total = static_cast<std::int64_t>(samples_.size());
  const std::int64_t from = std::clamp<std::int64_t>(start.value, 0, total);
  const std::int64_t to = std::clamp<std::int64_t>(end.value, from, total);
  const auto part = samples_.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
  if (part.empty()) return;
  out.insert(out.end(), part.begin(), part.end());
  let_go(file_.bytes(), part);
}

Result<WavWriter> WavWriter::create(const std::filesystem::path& path) {
  WavWriter writer(TRY(PendingFile::create(path)));
  TRY_VOID(writer.file_.append(header(0)));
  return writer;
}

Status WavWriter::append(std::span<const std::int16_t> samples) {
  const auto count = static_cast<std::int64_t>(samples.size());
  if (count > kMaxSamples - written_)
    return fail(ErrorCode::InvalidInput, "the audio is too long for a WAV file");
  TRY_VOID(file_.append(std::as_bytes(samples)));
  written_ += count;
  return {};
}

Status WavWriter::finish() {
  TRY_VOID(file_.write_at(0, header(written_)));
  return file_.commit();
}

}  // namespace skald
