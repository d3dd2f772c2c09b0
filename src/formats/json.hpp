// JSON as Skald uses it: keys keep their order, so that files are stable and readable.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skald {

using Json = nlohmann::ordered_json;

/// Parses one JSON text. The error names `origin`, line and column.
Result<Json> parse_json(std::string_view text, std::string_view origin);
Result<Json> read_json_file(const std::filesystem::path& path);
/// One line; damaged UTF-8 is replaced rather than refused.
std::string to_line(const Json& json);
/// Indented by two, with a newline at the end.
std::string to_pretty(const Json& json);

/// The value of `key` where it is there and has the type of `otherwise`; else `otherwise`.
template <typename T>
T get_or(const Json& object, std::string_view key, T otherwise) {
  if (!object.is_object()) return otherwise;
  const auto it = object.find(key);
  if (it == object.end()) return otherwise;
  if constexpr (std::is_same_v<T, std::string>) {
    return it->is_string() ? it->template get<std::string>() : otherwise;
  } else if constexpr (std::is_same_v<T, bool>) {
    return it->is_boolean() ? it->template get<bool>() : otherwise;
  } else {
    return it->is_number() ? it->template get<T>() : otherwise;
  }
}

/// A time in seconds, rounded to the millisecond.
double json_time(double seconds);

}  // namespace skald
