// Properties and normal forms of Unicode text (ICU).
#pragma once
#include <string>
#include <string_view>

namespace skald {

/// A letter, mark, number or '_'.
bool is_word_character(char32_t point);
bool is_letter(char32_t point);
bool is_upper(char32_t point);
bool is_space(char32_t point);

/// Composed normal form (NFC); damaged UTF-8 becomes U+FFFD.
std::string to_nfc(std::string_view text);
/// Compatibility normal form (NFKC), in lower case whatever the script. No language's special rules apply.
std::string to_nfkc_lower(std::string_view text);

/// The ISO 639 code of a language's English name or code, whatever the case: "dutch", "Dutch", "nl" -> "nl".
/// Empty for what is no language.
std::string language_code(std::string_view name);
/// The other way round, in lower case: "nl" -> "dutch". The code itself where it is none.
std::string language_name(const std::string& code);

}  // namespace skald
