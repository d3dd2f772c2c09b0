#include "engines/media/media_worker.hpp"

#include <algorithm>

#include "engines/media/flac.hpp"
#include "engines/media/guard.hpp"
#include "engines/media/media.hpp"
#include "engines/media/unpack.hpp"
#include "platform/sandbox/sandbox.hpp"
#include "platform/wav/outline.hpp"

namespace skald::media {
namespace {

constexpr std::uint64_t kMaxMemory = 1536ULL << 20;
constexpr std::uint64_t kMaxFile = 2ULL << 30;  // 12 hours of audio take 1.4 GB
constexpr std::uint64_t kMaxCpuSeconds = 7200;
constexpr Samples kCopied{std::int64_t{60} * kSampleRate};  // at a time

Status enter(const Json& job, WorkerChannel& channel) {
  SandboxSpec spec;
  if (const auto output = get_or<std::string>(job, "output", ""); !output.empty())
    spec.write_paths = {output};
  spec.max_memory = kMaxMemory;
  spec.max_file_size = kMaxFile;
  spec.max_open_files = 128;
  spec.max_cpu_seconds = kMaxCpuSeconds;
  const SandboxLevel level = TRY(enter_sandbox(spec));
  channel.metric("sandbox_landlock", level.landlock_abi);
  channel.metric("sandbox_filter", level.filter == SandboxLevel::Filter::None ? 0 : 1);
  return {};
}

Json to_json(const MediaProbe& probe) {
  Json streams = Json::array();
  for (const StreamInfo& s : probe.streams)
    streams.push_back({{"index", s.index},
                       {"kind", s.kind},
                       {"codec", s.codec},
                       {"channels", s.channels},
                       {"sample_rate", s.sample_rate},
                       {"start", json_time(s.start.value)},
                       {"duration", json_time(s.duration.value)},
                       {"title", s.title},
                       {"language", s.language}});
  return {{"container", probe.container},
          {"duration", json_time(probe.duration.value)},
          {"best_audio", probe.best_audio},
          {"streams", std::move(streams)}};
}

Result<Json> decode_job(const Json& job, const std::string& path, WorkerChannel& channel) {
  const auto output = get_or<std::string>(job, "output", "");
  if (output.empty()) return fail(ErrorCode::Usage, "the job names no \"output\"");
  Decoding decoding = TRY(Decoding::prepare({path, get_or(job, "stream", -1), output}));
  TRY_VOID(enter(job, channel));
  const MediaInfo info = TRY(decoding.run([&](double share) { channel.progress(share, "decode"); },
                                          [&] { return channel.cancelled(); }));
  channel.progress(1, "decode");
  return parse_json(to_json_text(info), "media.json");
}

// What this FFmpeg reads, told from within the sandbox: `skald doctor` asks.
Result<Json> capabilities_job(const Json& job, WorkerChannel& channel) {
  TRY_VOID(enter(job, channel));
  return Json{
      {"ffmpeg", ffmpeg_version()}, {"decoders", allowed_decoders()}, {"containers", allowed_containers()}};
}

Result<Json> probe_job(const Json& job, const std::string& path, WorkerChannel& channel) {
  const InputFile input = TRY(InputFile::open(path));
  TRY_VOID(enter(job, channel));
  return to_json(TRY(probe(input)));
}

Result<Json> unpack_job(const Json& job, const std::string& path, WorkerChannel& channel) {
  const auto output = get_or<std::string>(job, "output", "");
  if (output.empty()) return fail(ErrorCode::Usage, "the job names no \"output\"");
  Unpacking unpacking = TRY(Unpacking::prepare(path, output));
  TRY_VOID(enter(job, channel));
  const auto tracks = TRY(unpacking.run([&](double share) { channel.progress(share, "unpack"); },
                                        [&] { return channel.cancelled(); }));
  return Json{{"tracks", tracks.size()}};
}

// The stretches [first, last) of the audio, joined.
Result<std::vector<std::int16_t>> joined(const WavFile& audio, const Json& stretches) {
  std::vector<std::int16_t> samples;
  const auto length = static_cast<std::size_t>(audio.length().value);
  for (const Json& stretch : stretches) {
    if (!stretch.is_array() || stretch.size() != 2 || !stretch[0].is_number_unsigned() ||
        !stretch[1].is_number_unsigned())
      return fail(ErrorCode::Usage, "a stretch is not [first sample, sample after the last]");
    const auto first = stretch[0].get<std::size_t>();
    const auto last = std::min(stretch[1].get<std::size_t>(), length);
    if (first >= last) return fail(ErrorCode::Usage, "a stretch lies outside of the audio");
    if (samples.size() + (last - first) > static_cast<std::size_t>(kLongestFlac.value))
      return fail(ErrorCode::Usage, "a FLAC file of more than ten minutes was asked for");
    audio.append_to(samples, {static_cast<std::int64_t>(first)}, {static_cast<std::int64_t>(last)});
  }
  return samples;
}

Result<Json> flac_job(const Json& job, const std::string& path, WorkerChannel& channel) {
  const auto output = get_or<std::string>(job, "output", "");
  if (output.empty() || !job.contains("stretches") || !job.at("stretches").is_array())
    return fail(ErrorCode::Usage, "the job names no \"output\" or no \"stretches\"");
  const std::filesystem::path target(output);
  const WavFile audio = TRY(WavFile::open(path));
  PendingFile file = TRY(PendingFile::create(target));
  Json folder = {{"output", target.parent_path().string()}};
  TRY_VOID(enter(folder, channel));
  const auto samples = TRY(joined(audio, job.at("stretches")));
  const auto flac = TRY(to_flac(samples, [&] { return channel.cancelled(); }));
  TRY_VOID(file.append(std::as_bytes(std::span(flac))));
  TRY_VOID(file.commit());
  return Json{{"samples", samples.size()}, {"bytes", flac.size()}};
}

// What people look at and hear, made of the sound that the stages hear.
Result<Json> copy_job(const Json& job, const std::string& path, WorkerChannel& channel) {
  const auto output = get_or<std::string>(job, "output", "");
  if (output.empty()) return fail(ErrorCode::Usage, "the job names no \"output\"");
  const std::filesystem::path folder(output);
  const WavFile audio = TRY(WavFile::open(path));
  TRY_VOID(make_directories(folder));
  PendingFile outline_file = TRY(PendingFile::create(folder / kOutlineFile));
  TRY_VOID(enter(job, channel));
  Outline outline;
  std::vector<std::int16_t> block;
  for (Samples at{0}; at < audio.length(); at = at + kCopied) {
    if (channel.cancelled()) return fail(ErrorCode::Cancelled, "cancelled");
    block.clear();
    audio.append_to(block, at, at + kCopied);
    outline.add(block);
    channel.progress(static_cast<double>(at.value) / static_cast<double>(audio.length().value), "copy");
  }
  const auto pairs = outline.finish();
  TRY_VOID(outline_file.append(std::as_bytes(std::span(pairs))));
  TRY_VOID(outline_file.commit());
  return Json{{"stretches", pairs.size() / 2}};
}

}  // namespace

Result<Json> work(const Json& job, WorkerChannel& channel) {
  const auto input = get_or<std::string>(job, "input", "");
  const auto task = get_or<std::string>(job, "do", "decode");
  if (task == "capabilities") return capabilities_job(job, channel);
  if (input.empty()) return fail(ErrorCode::Usage, "the job names no \"input\"");
  if (task == "decode") return decode_job(job, input, channel);
  if (task == "probe") return probe_job(job, input, channel);
  if (task == "copy") return copy_job(job, input, channel);
  if (task == "unpack") return unpack_job(job, input, channel);
  if (task == "flac") return flac_job(job, input, channel);
  return fail(ErrorCode::Usage, "unknown job \"" + task + "\"");
}

}  // namespace skald::media
