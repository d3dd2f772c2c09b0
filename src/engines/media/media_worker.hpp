// The worker's job: decode or probe, in a sandbox.
#pragma once
#include "platform/worker/channel.hpp"

namespace skald::media {

/// {"input", "stream", "output"} decodes; {"do": "probe", "input"} lists the streams; {"do": "flac", "input":
/// audio.wav, "stretches": [[first sample, sample after the last], ...], "output": FILE} joins stretches into
/// a FLAC file; {"do": "copy", "input": audio.wav, "output"} makes the outline of the sound;
/// {"do": "unpack", "input": ZIP archive, "output"} makes files of its tracks. The input and the output files
/// are opened first; then the process gives up opening files, the network and other programs, and only then
/// reads the input.
Result<Json> work(const Json& job, WorkerChannel& channel);

}  // namespace skald::media
