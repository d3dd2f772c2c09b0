#include "formats/json.hpp"

#include <algorithm>
#include <cmath>

#include "base/files.hpp"

namespace skald {

Result<Json> parse_json(std::string_view text, std::string_view origin) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& e) {
    const auto at = std::min<std::size_t>(e.byte > 0 ? e.byte - 1 : 0, text.size());
    const std::string_view before = text.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto newline = before.rfind('\n');
    const auto column = 1 + (newline == std::string_view::npos ? at : at - newline - 1);
    return fail(ErrorCode::InvalidConfig, std::string(origin) + ": line " + std::to_string(line) +
                                              ", column " + std::to_string(column) + ": not valid JSON");
  } catch (const Json::exception& e) {
    return fail(ErrorCode::InvalidConfig, std::string(origin) + ": not valid JSON (" + e.what() + ")");
  }
}

Result<Json> read_json_file(const std::filesystem::path& path) {
  const std::string text = TRY(read_file(path));
  return parse_json(text, path.string());
}

std::string to_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}
std::string to_pretty(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}
double json_time(double seconds) {
  return std::round(seconds * 1000) / 1000;
}

}  // namespace skald
