// Recognised words (words.json) and where speech is (speech.json), as workers write them.
#pragma once
#include <filesystem>
#include <vector>

#include "domain/types.hpp"
#include "formats/json.hpp"

namespace skald {

/// Where somebody speaks, and where two or more do, in seconds.
struct SpeechMap {
  Seconds duration;
  std::vector<Span> speech;
  std::vector<Span> overlaps;
};

Json to_json(const Word& word);
Result<Word> word_from_json(const Json& json);
Json to_json(const Chunk& chunk);
Result<Chunk> chunk_from_json(const Json& json);
/// The chunks of a words.json, in the file's order. Damaged: not what `worker_asr` writes.
Result<std::vector<Chunk>> read_words(const std::filesystem::path& words_json);

Json to_json(const SpeechMap& map);
Result<SpeechMap> speech_from_json(const Json& json);
Result<SpeechMap> read_speech(const std::filesystem::path& speech_json);

}  // namespace skald
