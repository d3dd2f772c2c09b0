#include "engines/cloud_speech/reply.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "domain/unicode.hpp"
#include "formats/json.hpp"

namespace skald::cloud_speech {
namespace {

// Whisper's own rule for a segment in which nobody speaks.
constexpr double kNoSpeech = 0.6;
constexpr double kUnsure = -1.0;
constexpr std::size_t kMostWords = 20000;  // of one reply

// Letters and digits alone, in lower case: what bare words and text have in common.
std::string bare(std::string_view text) {
  std::u32string letters;
  for (const char32_t point : decode_utf8(to_nfkc_lower(text)))
    if (is_word_character(point)) letters += point;
  return encode_utf8(letters);
}

// Pieces of text between spaces; what holds no letter goes with the piece before it.
std::vector<std::string> spaced(std::string_view text) {
  std::vector<std::string> pieces;
  for (const std::string& part : split(text, ' ')) {
    const std::string piece(trim(part));
    if (piece.empty()) continue;
    if (bare(piece).empty() && !pieces.empty()) {
      pieces.back() += " " + piece;
    } else {
      pieces.push_back(piece);
    }
  }
  return pieces;
}

Result<std::vector<BareWord>> read_words(const Json& reply, Seconds length) {
  std::vector<BareWord> words;
  const auto it = reply.find("words");
  if (it == reply.end() || !it->is_array() || it->size() > kMostWords) return words;
  double latest = 0;
  for (const Json& entry : *it) {
    BareWord word;
    word.text = std::string(trim(get_or(entry, "word", std::string())));
    if (word.text.empty()) continue;
    const double start = get_or(entry, "start", -1.0);
    const double end = get_or(entry, "end", -1.0);
    if (!std::isfinite(start) || !std::isfinite(end) || start < 0 || end < start)
      return fail(ErrorCode::Unavailable, "the transcription service gave a word a time that cannot be");
    word.span.start = {std::clamp(start, latest, std::max(latest, length.value))};
    word.span.end = {std::clamp(end, word.span.start.value, std::max(word.span.start.value, length.value))};
    latest = word.span.start.value;
    words.push_back(std::move(word));
  }
  return words;
}

// The words whose middle lies before the end of a segment; each word is given once.
std::vector<BareWord> take_until(const std::vector<BareWord>& words, std::size_t& next, double end) {
  std::vector<BareWord> out;
  for (; next < words.size(); ++next) {
    const Span& span = words[next].span;
    if ((span.start.value + span.end.value) / 2 >= end) break;
    out.push_back(words[next]);
  }
  return out;
}

bool is_silence(const Chunk& chunk) {
  return chunk.no_speech_probability > kNoSpeech && chunk.average_log_probability < kUnsure;
}

Chunk segment_of(const Json& entry, const std::string& language) {
  Chunk chunk;
  chunk.language = language;
  chunk.language_probability = language.empty() ? 0 : 1;
  chunk.no_speech_probability = std::clamp(get_or(entry, "no_speech_prob", 0.0), 0.0, 1.0);
  chunk.average_log_probability = std::min(0.0, get_or(entry, "avg_logprob", 0.0));
  chunk.temperature = get_or(entry, "temperature", 0.0);
  return chunk;
}

}  // namespace

std::vector<Word> with_signs(std::string_view text, const std::vector<BareWord>& words, double probability) {
  std::string said;
  std::vector<std::size_t> owner;  // the word of each byte of `said`
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string letters = bare(words[i].text);
    said += letters;
    owner.insert(owner.end(), letters.size(), i);
  }
  const std::vector<std::string> pieces = spaced(text);
  std::string written;
  for (const std::string& piece : pieces) written += bare(piece);
  std::vector<Word> out;
  if (said.empty() || said != written) {
    for (const BareWord& word : words) out.push_back({word.span, " " + word.text, probability});
    return out;
  }
  std::size_t at = 0;
  for (const std::string& piece : pieces) {
    const std::size_t size = bare(piece).size();
    if (size == 0) continue;  // signs before the first word
    const Span& first = words[owner[at]].span;
    const Span& last = words[owner[at + size - 1]].span;
    out.push_back({{first.start, last.end}, " " + piece, probability});
    at += size;
  }
  return out;
}

Result<std::vector<Chunk>> parse_reply(std::string_view body, Seconds length) {
  const auto reply = parse_json(body, "the reply of the transcription service");
  if (!reply || !reply->is_object())
    return fail(ErrorCode::Unavailable, "the transcription service answered something that is no JSON");
  const std::string language = language_code(get_or(*reply, "language", std::string()));
  const std::vector<BareWord> words = TRY(read_words(*reply, length));
  const std::string all(trim(get_or(*reply, "text", std::string())));
  if (words.empty() && !bare(all).empty())
    return fail(ErrorCode::Unavailable, "the transcription service gave no times of words",
                "Choose a model of it that gives them, such as whisper-large-v3 or whisper-1.");
  const auto entries = reply->find("segments");
  const bool segmented = entries != reply->end() && entries->is_array() && !entries->empty();
  const Json whole = Json::array({{{"text", all}}});
  const Json& segments = segmented ? *entries : whole;
  std::vector<Chunk> chunks;
  std::size_t next = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    Chunk chunk = segment_of(segments[i], language);
    const bool last = i + 1 == segments.size();
    const double end = last ? length.value + 1 : get_or(segments[i], "end", 0.0);
    const auto own = take_until(words, next, end);
    if (own.empty() || is_silence(chunk)) continue;
    chunk.words = with_signs(repair_utf8(get_or(segments[i], "text", std::string())), own,
                             std::exp(chunk.average_log_probability));
    chunk.span = {chunk.words.front().span.start, chunk.words.back().span.end};
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

}  // namespace skald::cloud_speech
