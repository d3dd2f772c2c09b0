#include "service/sessions/peaks.hpp"

#include <span>

#include "base/guarded_files.hpp"
#include "platform/wav/outline.hpp"
#include "platform/wav/wav.hpp"

namespace skald {
namespace {

constexpr Samples kRead{60 * kSampleRate};    // at a time
constexpr std::uint64_t kLargest = 64 << 20;  // bytes of an outline; that of 12 hours has 9 million

Result<std::vector<std::int8_t>> kept_outline(const Artifact& copy) {
  const OpenFile file = TRY(open_in(copy.directory, std::string(kOutlineFile)));
  const std::string bytes = TRY(read_all(file, kLargest));
  return std::vector<std::int8_t>(bytes.begin(), bytes.end());
}

std::vector<std::int8_t> read_outline(const WavFile& wav) {
  Outline outline;
  std::vector<std::int16_t> block;
  for (Samples at{0}; at < wav.length(); at = at + kRead) {
    block.clear();
    wav.append_to(block, at, at + kRead);
    outline.add(block);
  }
  return outline.finish();
}

}  // namespace

Result<Peaks> peaks_of(const SessionSound& sound, std::size_t points) {
  const WavFile wav = TRY(WavFile::open(sound.audio.directory / "audio.wav"));
  const auto pairs = sound.copy ? TRY(kept_outline(*sound.copy)) : read_outline(wav);
  return Peaks{wav.duration().value, coarser(pairs, points)};
}

}  // namespace skald
