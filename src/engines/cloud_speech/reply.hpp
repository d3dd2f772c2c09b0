// What a transcription service answers (OpenAI's verbose_json), as words with times.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/types.hpp"

namespace skald::cloud_speech {

/// The segments of a reply; times are seconds of the audio that was sent, in order. Words carry the signs of
/// the segment's text; their probability is that of their segment, since services tell none for a word.
/// Segments that the service itself takes for no speech are left out. Fails where a reply has text without
/// word times, or is no such reply.
Result<std::vector<Chunk>> parse_reply(std::string_view body, Seconds length);

/// A word as services give it: bare, without the signs around it.
struct BareWord {
  std::string text;
  Span span;
};
/// The words of `text`, which is what `words` say with signs and spaces, with the times of `words`. Where the
/// two differ in more than signs and case, the bare words.
std::vector<Word> with_signs(std::string_view text, const std::vector<BareWord>& words, double probability);

}  // namespace skald::cloud_speech
