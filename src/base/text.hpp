// Small helpers for text: UTF-8, trimming, splitting.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skald {

std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
/// Decimal digits alone; nothing for other text, and for a number above 64 bits.
std::optional<std::uint64_t> whole_number(std::string_view text);
/// ASCII letters only; the rest stays.
std::string ascii_lower(std::string_view text);
/// The front of UTF-8 text, at most `bytes` long, without a part of a character at its end.
std::string_view front_of(std::string_view text, std::size_t bytes);
/// Unicode code points of UTF-8 text; damaged bytes become U+FFFD.
std::u32string decode_utf8(std::string_view text);
std::string encode_utf8(std::u32string_view text);
/// The text with damaged UTF-8 replaced, so that it may go into JSON.
std::string repair_utf8(std::string_view text);

}  // namespace skald
