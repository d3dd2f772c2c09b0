// Whisper's vocabulary: byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019) and special
// tokens.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"

namespace skald::whisper {

using Token = std::uint32_t;

/// Token numbers with a meaning of their own.
struct SpecialTokens {
  Token end = 0;    // <|endoftext|>
  Token start = 0;  // <|startoftranscript|>
  Token transcribe = 0;
  Token previous = 0;   // <|startofprev|>
  Token no_speech = 0;  // <|nospeech|> or <|nocaptions|>
  Token no_timestamps = 0;
};

enum class Multilingual { No, Yes };

class Vocabulary {
 public:
  /// Reads vocabulary.json or vocabulary.txt of a model folder.
  static Result<Vocabulary> load(const std::filesystem::path& folder);
  /// From the tokens in order of their numbers, as the file holds them. `origin` is named in errors.
  static Result<Vocabulary> from_tokens(std::vector<std::string> tokens, std::string_view origin);

  std::size_t size() const { return bytes_.size(); }
  const SpecialTokens& special() const { return special_; }
  Multilingual multilingual() const { return multilingual_; }
  /// ISO 639-1 code to token; English-only models have "en" alone.
  const std::map<std::string, Token>& languages() const { return languages_; }
  bool is_text(Token token) const { return token < special_.end; }

  /// The bytes that a text token stands for; nothing for special tokens. May be a part of a UTF-8 character.
  std::string_view bytes(Token token) const;
  std::string decode(std::span<const Token> tokens) const;
  /// Text tokens of UTF-8 text. Merges go by token number, lowest first, which is their order of training.
  std::vector<Token> encode(std::string_view text) const;

 private:
  void encode_piece(std::string_view piece, std::vector<Token>& out) const;

  std::vector<std::string> bytes_;  // of every token
  std::unordered_map<std::string, Token> numbers_;
  std::map<std::string, Token> languages_;
  SpecialTokens special_;
  Multilingual multilingual_ = Multilingual::No;
};

}  // namespace skald::whisper
