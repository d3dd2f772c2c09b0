#include "engines/whisper/vocabulary.hpp"

#include <array>
#include <limits>
#include <optional>

#include "base/files.hpp"
#include "base/text.hpp"
#include "formats/json.hpp"

namespace skald::whisper {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostTokens = 1U << 20;

// Byte-level vocabularies write each byte as one printable character: printable bytes stand for themselves,
// the others take the characters from U+0100 on, in order.
std::unordered_map<char32_t, char> byte_alphabet() {
  std::unordered_map<char32_t, char> out;
  char32_t next = 256;
  for (char32_t b = 0; b < 256; ++b) {
    const bool printable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174);
    out[printable ? b : next++] = static_cast<char>(b);
  }
  return out;
}

std::optional<std::string> raw_bytes(std::string_view token,
                                     const std::unordered_map<char32_t, char>& alphabet) {
  std::string out;
  for (const char32_t c : decode_utf8(token)) {
    const auto it = alphabet.find(c);
    if (it == alphabet.end()) return std::nullopt;
    out += it->second;
  }
  return out;
}

bool is_special(std::string_view token) {
  return token.starts_with("<|") && token.ends_with("|>") && token.size() > 4;
}

enum class CharacterClass { Space, Letter, Number, Other };

// Near enough to Unicode's classes for the scripts that names are written in.
CharacterClass classify(char32_t c) {
  if (c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) ||
      c == 0x3000)
    return CharacterClass::Space;
  if ((c >= '0' && c <= '9') || c == 0xB2 || c == 0xB3 || c == 0xB9 || (c >= 0xBC && c <= 0xBE))
    return CharacterClass::Number;
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return CharacterClass::Letter;
  if (c == 0xAA || c == 0xB5 || c == 0xBA) return CharacterClass::Letter;
  if (c < 0xC0 || c == 0xD7 || c == 0xF7) return CharacterClass::Other;
  if (c >= 0x2000 && c < 0x2C00) return CharacterClass::Other;
  if (c >= 0x3001 && c < 0x3040) return CharacterClass::Other;
  if (c >= 0xE000 && c < 0xF900) return CharacterClass::Other;
  if (c >= 0x1F000 && c < 0x20000) return CharacterClass::Other;
  return CharacterClass::Letter;
}

constexpr std::array<std::u32string_view, 7> kContractions{U"'s", U"'t",  U"'re", U"'ve",
                                                           U"'m", U"'ll", U"'d"};

// Length of the next piece by the splitting rule of GPT-2: contractions; an optional space with letters,
// digits or other signs; spaces, of which the last stays with the word after them.
std::size_t next_piece(std::u32string_view text) {
  for (const auto& c : kContractions)
    if (text.starts_with(c)) return c.size();
  const std::size_t lead =
      text[0] == U' ' && text.size() > 1 && classify(text[1]) != CharacterClass::Space ? 1 : 0;
  const CharacterClass kind = classify(text[lead]);
  std::size_t end = lead + 1;
  while (end < text.size() && classify(text[end]) == kind) ++end;
  if (kind == CharacterClass::Space && end < text.size() && end > 1) --end;
  return end;
}

}  // namespace

Result<Vocabulary> Vocabulary::load(const fs::path& folder) {
  const fs::path json = folder / "vocabulary.json", plain = folder / "vocabulary.txt";
  std::error_code ignored;
  std::vector<std::string> tokens;
  if (fs::exists(json, ignored)) {
    const auto parsed = read_json_file(json);
    if (!parsed) return fail(ErrorCode::InvalidModel, parsed.error().message);
    if (!parsed->is_array())
      return fail(ErrorCode::InvalidModel, "'" + json.string() + "' is not a list of tokens");
    for (const Json& token : *parsed) {
      if (!token.is_string())
        return fail(ErrorCode::InvalidModel, "'" + json.string() + "' holds something that is not a token");
      tokens.push_back(token.get<std::string>());
    }
    return from_tokens(std::move(tokens), json.string());
  }
  const auto text = read_file(plain, 1U << 26);
  if (!text)
    return fail(ErrorCode::InvalidModel,
                "the model '" + folder.string() + "' has neither vocabulary.json nor vocabulary.txt");
  tokens = split(*text, '\n');
  if (!tokens.empty() && tokens.back().empty()) tokens.pop_back();
  return from_tokens(std::move(tokens), plain.string());
}

Result<Vocabulary> Vocabulary::from_tokens(std::vector<std::string> tokens, std::string_view origin) {
  const auto refuse = [&](std::string_view what) {
    return fail(ErrorCode::InvalidModel, "'" + std::string(origin) + "': " + std::string(what));
  };
  if (tokens.size() > kMostTokens) return refuse("too many tokens");
  Vocabulary v;
  const auto alphabet = byte_alphabet();
  std::unordered_map<std::string, Token> special;
  for (Token i = 0; i < tokens.size(); ++i) {
    std::string& token = tokens[i];
    if (!token.empty() && token.back() == '\r') token.pop_back();
    if (is_special(token)) {
      special.emplace(token, i);
      v.bytes_.emplace_back();
      continue;
    }
    if (token.empty()) v.multilingual_ = Multilingual::Yes;  // only their vocabularies have an empty token
    auto raw = raw_bytes(token, alphabet);
    if (!raw) return refuse("token " + std::to_string(i) + " is not byte-level");
    if (!raw->empty()) v.numbers_.emplace(*raw, i);
    v.bytes_.push_back(std::move(*raw));
  }
  const auto need = [&](std::string_view name, Token& out) -> Status {
    const auto it = special.find(std::string(name));
    if (it == special.end()) return refuse(std::string(name) + " is missing: not a vocabulary of Whisper");
    out = it->second;
    return {};
  };
  SpecialTokens& s = v.special_;
  TRY_VOID(need("<|endoftext|>", s.end));
  TRY_VOID(need("<|startoftranscript|>", s.start));
  TRY_VOID(need("<|transcribe|>", s.transcribe));
  TRY_VOID(need("<|startofprev|>", s.previous));
  TRY_VOID(need("<|notimestamps|>", s.no_timestamps));
  TRY_VOID(need(special.contains("<|nospeech|>") ? "<|nospeech|>" : "<|nocaptions|>", s.no_speech));
  for (const auto& [name, token] : special)
    if (token > s.start && token < s.transcribe && name != "<|translate|>")
      v.languages_[name.substr(2, name.size() - 4)] = token;
  if (v.multilingual_ == Multilingual::No) v.languages_ = {{"en", s.start + 1}};
  if (v.languages_.empty()) return refuse("no language tokens");
  return v;
}

std::string_view Vocabulary::bytes(Token token) const {
  return token < special_.end && token < bytes_.size() ? std::string_view(bytes_[token]) : std::string_view();
}

std::string Vocabulary::decode(std::span<const Token> tokens) const {
  std::string out;
  for (const Token t : tokens) out += bytes(t);
  return repair_utf8(out);
}

std::vector<Token> Vocabulary::encode(std::string_view text) const {
  std::vector<Token> out;
  const std::u32string characters = decode_utf8(text);
  std::u32string_view rest = characters;
  while (!rest.empty()) {
    const std::size_t length = next_piece(rest);
    encode_piece(encode_utf8(rest.substr(0, length)), out);
    rest.remove_prefix(length);
  }
  return out;
}

void Vocabulary::encode_piece(std::string_view piece, std::vector<Token>& out) const {
  std::vector<std::string> parts;
  for (const char c : piece) parts.emplace_back(1, c);
  constexpr Token none = std::numeric_limits<Token>::max();
  while (parts.size() > 1) {
    Token best = none;
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto it = numbers_.find(parts[i] + parts[i + 1]);
      if (it != numbers_.end() && it->second < best) {
        best = it->second;
        at = i;
      }
    }
    if (best == none) break;
    parts[at] += parts[at + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
  for (const std::string& part : parts) {
    const auto it = numbers_.find(part);
    if (it != numbers_.end()) out.push_back(it->second);
  }
}

}  // namespace skald::whisper
