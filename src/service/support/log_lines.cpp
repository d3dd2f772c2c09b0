#include "service/support/log_lines.hpp"

#include <algorithm>
#include <optional>

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "service/support/support.hpp"

namespace skald {
namespace {

constexpr std::size_t kTimeLength = 23;  // "2026-11-23 20:15:04.118"

std::optional<LogLine> line_from(const std::string& text) {
  if (text.size() < kTimeLength + 2 || text[4] != '-' || text[10] != ' ' || text[kTimeLength] != ' ')
    return std::nullopt;
  const std::size_t begin = kTimeLength + 1;
  const std::size_t end = std::min(text.find_first_of(" :", begin), text.size());
  const std::string word = ascii_lower(text.substr(begin, end - begin));
  const LogLevel level = log_level_from(word);
  if (to_string(level) != word) return std::nullopt;
  return LogLine{
      text.substr(0, kTimeLength),
      level,
      without_secrets(repair_utf8(trim(std::string_view(text).substr(std::min(end + 1, text.size()))))),
      {}};
}

}  // namespace

std::vector<LogLine> newest_lines(const std::filesystem::path& home, LogLevel least, std::size_t most) {
  std::vector<LogLine> lines;
  for (const ZipPart& log : newest_logs(home)) {
    const auto texts = split(log.content, '\n');
    for (auto text = texts.rbegin(); text != texts.rend(); ++text) {
      auto line = line_from(*text);
      if (!line || line->level < least) continue;
      line->file = log.name.substr(log.name.find('/') + 1);
      lines.push_back(std::move(*line));
    }
  }
  // Runs may write at the same time, each into its own log.
  std::stable_sort(lines.begin(), lines.end(),
                   [](const LogLine& a, const LogLine& b) { return a.time > b.time; });
  if (lines.size() > most) lines.resize(most);
  return lines;
}

}  // namespace skald
