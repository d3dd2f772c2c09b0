#include "stages/decode/decode.hpp"

namespace skald {
namespace {

constexpr int kUnpackVersion = 1;     // raised when archives are unpacked otherwise
constexpr int kCopyVersion = 1;       // raised when copies for players are made otherwise
constexpr double kDecodeShare = 0.9;  // of the time of both

}  // namespace

Result<Artifact> unpack(StageContext& context, const std::filesystem::path& archive,
                        const std::string& content) {
  StageRequest request{StageId::Decode, {{"unpack", kUnpackVersion}}, {content}, {}, StageEnd::Part};
  request.make = [&](const Lease& lease) {
    const Json job = {{"do", "unpack"}, {"input", std::filesystem::absolute(archive).string()}};
    return run_worker_job(context, StageId::Decode, "worker_media", job, lease);
  };
  return run_stage(context, request);
}

Result<Artifact> decode(StageContext& context, const DecodeInput& input, StageEnd end) {
  StageRequest request{StageId::Decode, {{"stream", input.stream}}, {input.content}, {}, end};
  request.make = [&](const Lease& lease) {
    const Json job = {{"input", std::filesystem::absolute(input.recording).string()},
                      {"stream", input.stream}};
    return run_worker_job(context, StageId::Decode, "worker_media", job, lease, 0,
                          end == StageEnd::Part ? kDecodeShare : 1);
  };
  return run_stage(context, request);
}

Result<Artifact> copy_for_players(StageContext& context, const Artifact& audio) {
  StageRequest request{StageId::Decode, {{"copy", kCopyVersion}}, {audio.key}, {}};
  request.make = [&](const Lease& lease) {
    const Json job = {{"do", "copy"}, {"input", (audio.directory / "audio.wav").string()}};
    return run_worker_job(context, StageId::Decode, "worker_media", job, lease, kDecodeShare, 1);
  };
  return run_stage(context, request);
}

}  // namespace skald
