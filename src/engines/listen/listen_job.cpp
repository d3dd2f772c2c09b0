#include <algorithm>
#include <filesystem>
#include <optional>

#include "domain/diarization/speech.hpp"
#include "engines/listen/jobs.hpp"
#include "engines/listen/listener.hpp"
#include "formats/listen/listen_file.hpp"
#include "formats/transcript.hpp"
#include "platform/worker/units.hpp"

namespace skald::listen {

namespace {

constexpr std::size_t kUnitWindows = 600;  // ten minutes: one block in sixty is heard twice

struct Units {
  std::size_t windows;
  std::size_t total() const { return (windows + kUnitWindows - 1) / kUnitWindows; }
  std::size_t first(std::size_t unit) const { return unit * kUnitWindows; }
  std::size_t count(std::size_t unit) const { return std::min(kUnitWindows, windows - first(unit)); }
};

/// A unit of an earlier run that is whole and of this recording.
bool is_finished(const std::filesystem::path& path, const Units& units, std::size_t unit, Samples length) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return false;
  const auto found = read_listen_file(path);
  return found && found->length == length && found->first_window == units.first(unit) &&
         found->windows() == units.count(unit);
}

Seconds total_length(const std::vector<Span>& spans) {
  Seconds total;
  for (const Span& span : spans) total = total + span.length();
  return total;
}

ListenerOptions read_listen_options(const Json& job) {
  ListenerOptions options;
  options.models = get_or(job, "models", std::string());
  options.threads = static_cast<unsigned>(std::clamp(get_or(job, "threads", 2), 1, 64));
  return options;
}

}  // namespace

Result<Json> run_listen(const Json& job, WorkerChannel& channel) {
  const ListenerOptions options = read_listen_options(job);
  const std::filesystem::path folder = get_or(job, "units", std::string());
  const std::filesystem::path output = get_or(job, "output", std::string());
  if (folder.empty() || output.empty())
    return fail(ErrorCode::Usage, "the job names no units or output folder");
  TRY_VOID(make_directories(folder));
  TRY_VOID(make_directories(output));
  const WavFile audio = TRY(WavFile::open(get_or(job, "audio", std::string())));
  const Units units{window_count(audio.length())};

  std::optional<Listener> listener;  // loaded when the first unit needs it
  for (std::size_t u = 0; u < units.total(); ++u) {
    if (channel.cancelled()) return fail(ErrorCode::Cancelled, "stopped while listening");
    if (!is_finished(unit_file(folder, u, ".bin"), units, u, audio.length())) {
      if (!listener) listener = TRY(Listener::load(options));
      const auto progress = [&](double share) {
        channel.progress((static_cast<double>(units.first(u)) + share * static_cast<double>(units.count(u))) /
                             static_cast<double>(units.windows),
                         "listen");
        return !channel.cancelled();
      };
      const auto heard = TRY(listener->hear(audio, units.first(u), units.count(u), progress));
      TRY_VOID(write_listen_file(unit_file(folder, u, ".bin"), heard));
    }
    channel.unit(u, units.total());
  }
  listener.reset();

  ListenData all;
  all.length = audio.length();
  for (std::size_t u = 0; u < units.total(); ++u) {
    const auto unit = TRY(read_listen_file(unit_file(folder, u, ".bin")));
    TRY_VOID(append_windows(all, unit));
  }
  TRY_VOID(write_listen_file(output / "listen.bin", all));
  const SpeechMap map{audio.duration(), speech_regions(all), overlap_regions(all)};
  TRY_VOID(write_file_atomic(output / "speech.json", to_pretty(to_json(map))));
  return Json{{"windows", units.windows}, {"speech_seconds", json_time(total_length(map.speech).value)}};
}

}  // namespace skald::listen
