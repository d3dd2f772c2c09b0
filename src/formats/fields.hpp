// Reading fields of outside JSON: numbers as people and other tools write them, spans, limits on depth.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.hpp"
#include "formats/json.hpp"

namespace skald {

/// A finite decimal number, the mark a point or a comma ("0,8" is 0.8). Nothing for any other text.
std::optional<double> parse_number(std::string_view text);
/// The number that a JSON value holds, as a number or as text.
std::optional<double> number_in(const Json& value);
/// The number under `key`; nothing where it is missing or no number.
std::optional<double> number_at(const Json& object, std::string_view key);
/// The text under `key`; empty for null, a missing key or another type.
std::string text_at(const Json& object, std::string_view key);
/// Rounded to four decimals: what files hold of probabilities.
double json_probability(double probability);

/// Parses JSON from outside: refuses nesting deeper than 64, so that no later walk exhausts the stack.
Result<Json> parse_outside_json(std::string_view text, std::string_view origin);

/// `[[start, end], ...]`, to the millisecond.
Json spans_to_json(const std::vector<Span>& spans);
Result<std::vector<Span>> spans_from_json(const Json& array, std::string_view what);
/// The fields `start` and `end` of an object; the end is never before the start.
Result<Span> span_from_json(const Json& object, std::string_view what);

/// The same error with the code Damaged: for files that Skald itself wrote.
Error as_damaged(Error error);

}  // namespace skald
