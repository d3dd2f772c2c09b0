#include "formats/fields.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace skald {

std::optional<double> parse_number(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), ',', '.');
  double value = 0;
  const char* const end = plain.data() + plain.size();
  const auto [stop, error] = std::from_chars(plain.data(), end, value);
  if (plain.empty() || error != std::errc{} || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<double> number_in(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return parse_number(value.get_ref<const std::string&>());
  return std::nullopt;
}

std::optional<double> number_at(const Json& object, std::string_view key) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(key);
  return found == object.end() ? std::nullopt : number_in(*found);
}

std::string text_at(const Json& object, std::string_view key) {
  return get_or(object, key, std::string{});
}

double json_probability(double probability) {
  return std::round(probability * 10000) / 10000;
}

Result<Json> parse_outside_json(std::string_view text, std::string_view origin) {
  constexpr int deepest = 64;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > deepest)
        return fail(ErrorCode::InvalidConfig, std::string(origin) + ": nested deeper than 64 levels");
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return parse_json(text, origin);
}

Json spans_to_json(const std::vector<Span>& spans) {
  Json array = Json::array();
  for (const Span& span : spans)
    array.push_back(Json::array({json_time(span.start.value), json_time(span.end.value)}));
  return array;
}

Result<std::vector<Span>> spans_from_json(const Json& array, std::string_view what) {
  std::vector<Span> spans;
  if (array.is_null()) return spans;
  if (!array.is_array())
    return fail(ErrorCode::InvalidInput, std::string(what) + ": a list of spans is expected");
  for (const Json& entry : array) {
    const bool pair = entry.is_array() && entry.size() >= 2;
    const auto start = pair ? number_in(entry[0]) : std::nullopt;
    const auto end = pair ? number_in(entry[1]) : std::nullopt;
    if (!start || !end)
      return fail(ErrorCode::InvalidInput, std::string(what) + ": a span is [start, end] in seconds");
    spans.push_back({{*start}, {std::max(*start, *end)}});
  }
  return spans;
}

Result<Span> span_from_json(const Json& object, std::string_view what) {
  const auto start = number_at(object, "start");
  const auto end = number_at(object, "end");
  if (!start || !end)
    return fail(ErrorCode::InvalidInput, std::string(what) + ": 'start' and 'end' must be seconds");
  return Span{{*start}, {std::max(*start, *end)}};
}

Error as_damaged(Error error) {
  error.code = ErrorCode::Damaged;
  return error;
}

}  // namespace skald
