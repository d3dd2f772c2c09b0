#include "formats/transcript.hpp"

#include "formats/diarization.hpp"
#include "formats/fields.hpp"
#include "formats/full_transcript.hpp"

namespace skald {
namespace {

Result<std::vector<Chunk>> chunks_from_json(const Json& json) {
  const auto list = json.is_object() ? json.find("chunks") : json.end();
  if (!json.is_object() || list == json.end() || !list->is_array())
    return fail(ErrorCode::InvalidInput, "words: a list 'chunks' is expected");
  std::vector<Chunk> chunks;
  chunks.reserve(list->size());
  for (const Json& entry : *list) chunks.push_back(TRY(chunk_from_json(entry)));
  return chunks;
}

Error in_file(Error error, const std::filesystem::path& path) {
  if (error.message.find(path.string()) == std::string::npos)
    error.message = path.string() + ": " + error.message;
  return error.code == ErrorCode::InvalidInput || error.code == ErrorCode::InvalidConfig
             ? as_damaged(std::move(error))
             : error;
}

}  // namespace

Json to_json(const Word& word) {
  return {{"word", word.text},
          {"start", json_time(word.span.start.value)},
          {"end", json_time(word.span.end.value)},
          {"probability", json_probability(word.probability)}};
}

Result<Word> word_from_json(const Json& json) {
  if (!json.is_object() || !json.contains("word") || !json["word"].is_string())
    return fail(ErrorCode::InvalidInput, "words: every word needs a text 'word'");
  Word word;
  word.text = json["word"].get<std::string>();
  word.span = TRY(span_from_json(json, "words"));
  word.probability = number_at(json, "probability").value_or(0);
  return word;
}

Json to_json(const Chunk& chunk) {
  Json words = Json::array();
  for (const Word& word : chunk.words) words.push_back(to_json(word));
  return {{"start", json_time(chunk.span.start.value)},
          {"end", json_time(chunk.span.end.value)},
          {"language", chunk.language},
          {"language_probability", json_probability(chunk.language_probability)},
          {"no_speech_probability", json_probability(chunk.no_speech_probability)},
          {"average_log_probability", json_probability(chunk.average_log_probability)},
          {"temperature", json_probability(chunk.temperature)},
          {"words", std::move(words)}};
}

Result<Chunk> chunk_from_json(const Json& json) {
  Chunk chunk;
  chunk.span = TRY(span_from_json(json, "chunk"));
  chunk.language = text_at(json, "language");
  chunk.language_probability = number_at(json, "language_probability").value_or(0);
  chunk.no_speech_probability = number_at(json, "no_speech_probability").value_or(0);
  chunk.average_log_probability = number_at(json, "average_log_probability").value_or(0);
  chunk.temperature = number_at(json, "temperature").value_or(0);
  const auto words = json.find("words");
  if (words == json.end() || !words->is_array())
    return fail(ErrorCode::InvalidInput, "chunk: a list 'words' is expected");
  chunk.words.reserve(words->size());
  for (const Json& word : *words) chunk.words.push_back(TRY(word_from_json(word)));
  return chunk;
}

Result<std::vector<Chunk>> read_words(const std::filesystem::path& words_json) {
  const auto in = [&](Error error) { return in_file(std::move(error), words_json); };
  const Json json = TRY(read_json_file(words_json).map_error(in));
  return chunks_from_json(json).map_error(in);
}

Json to_json(const Transcript& transcript) {
  Json json = {{"duration", json_time(transcript.duration.value)}, {"chunks", Json::array()}};
  for (const Chunk& chunk : transcript.chunks) json["chunks"].push_back(to_json(chunk));
  if (!transcript.diarization.turns.empty()) json["diarization"] = to_json(transcript.diarization);
  return json;
}

Result<Transcript> transcript_from_json(const Json& json) {
  Transcript transcript;
  transcript.chunks = TRY(chunks_from_json(json));
  transcript.duration = Seconds{number_at(json, "duration").value_or(0)};
  if (json.contains("diarization"))
    transcript.diarization = TRY(diarization_from_json(json.at("diarization")));
  return transcript;
}

Json to_json(const SpeechMap& map) {
  return {{"duration", json_time(map.duration.value)},
          {"speech", spans_to_json(map.speech)},
          {"overlaps", spans_to_json(map.overlaps)}};
}

Result<SpeechMap> speech_from_json(const Json& json) {
  const auto duration = number_at(json, "duration");
  if (!duration || !json.contains("speech"))
    return fail(ErrorCode::InvalidInput, "speech: 'duration' and 'speech' are expected");
  SpeechMap map;
  map.duration = {*duration};
  map.speech = TRY(spans_from_json(json["speech"], "speech"));
  if (json.contains("overlaps")) map.overlaps = TRY(spans_from_json(json["overlaps"], "overlaps"));
  return map;
}

Result<SpeechMap> read_speech(const std::filesystem::path& speech_json) {
  const auto in = [&](Error error) { return in_file(std::move(error), speech_json); };
  const Json json = TRY(read_json_file(speech_json).map_error(in));
  return speech_from_json(json).map_error(in);
}

}  // namespace skald
