#include "engines/cloud_speech/pieces.hpp"

namespace skald::cloud_speech {

Seconds longest_piece(std::size_t languages) {
  return languages == 1 ? Seconds{300} : Seconds{60};
}

std::vector<whisper::ChunkPlan> plan_pieces(const WavFile& audio, const std::vector<Span>& speech,
                                            Seconds longest) {
  const auto quietest = [&](whisper::Piece where) {
    std::vector<float> samples(static_cast<std::size_t>(where.length().value));
    audio.read_float(where.start, samples);
    return where.start + Samples{static_cast<std::int64_t>(whisper::quietest_offset(samples))};
  };
  whisper::ChunkOptions options;
  options.longest = longest;
  return whisper::plan_chunks(speech, audio.length(), options, quietest);
}

}  // namespace skald::cloud_speech
