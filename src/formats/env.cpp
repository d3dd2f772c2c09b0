#include "formats/env.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/text.hpp"

namespace skald {
namespace {

constexpr std::uint64_t largest_env = 1ULL << 20;

bool all_of(std::string_view text, std::string_view more_than_letters) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           more_than_letters.find(c) != std::string_view::npos;
  });
}

struct Place {
  std::string_view origin;
  std::size_t line;
};

tl::unexpected<Error> wrong(const Place& place, std::size_t offset, std::string_view what) {
  return fail(ErrorCode::InvalidConfig,
              fmt::format("{}: line {}, column {}: {}", place.origin, place.line, offset + 1, what));
}

// A value in quotes that begins at `at`; `at` is then behind the closing one.
Result<std::string> quoted(std::string_view line, std::size_t& at, const Place& place) {
  const std::size_t opening = at;
  const char quote = line[at++];
  std::string value;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (c == quote) {
      ++at;
      return value;
    }
    if (c == '\\' && quote == '"' && at + 1 < line.size()) {
      const char escaped = line[++at];
      constexpr std::string_view known = "nrt\"\\$'";
      constexpr std::string_view meant = "\n\r\t\"\\$'";
      const auto which = known.find(escaped);
      if (which == std::string_view::npos) value += '\\';
      value += which == std::string_view::npos ? escaped : meant[which];
    } else {
      value += c;
    }
  }
  return wrong(place, opening, "a quotation mark that is not closed");
}

std::string plain(std::string_view rest) {
  for (std::size_t i = 0; i < rest.size(); ++i)
    if (rest[i] == '#' && (i == 0 || rest[i - 1] == ' ' || rest[i - 1] == '\t')) rest = rest.substr(0, i);
  return std::string(trim(rest));
}

// One line that is neither empty nor a comment.
Result<EnvEntry> parse_line(std::string_view line, const Place& place) {
  std::size_t at = line.find_first_not_of(" \t");
  if (line.substr(at).starts_with("export ") || line.substr(at).starts_with("export\t"))
    at = line.find_first_not_of(" \t", at + 7);
  if (at == std::string_view::npos) return wrong(place, line.size(), "a name is expected");
  std::size_t end = at;
  while (end < line.size() && all_of(line.substr(end, 1), "_0123456789")) ++end;
  EnvEntry entry{std::string(line.substr(at, end - at)), {}, place.line, 0};
  if (entry.name.empty() || (entry.name[0] >= '0' && entry.name[0] <= '9'))
    return wrong(place, at, "a name of letters, digits and '_' is expected");
  const std::size_t equals = line.find_first_not_of(" \t", end);
  if (equals == std::string_view::npos || line[equals] != '=')
    return wrong(place, std::min(equals, line.size()), fmt::format("'=' is expected after {}", entry.name));
  at = line.find_first_not_of(" \t", equals + 1);
  if (at == std::string_view::npos) return entry;
  entry.column = at + 1;
  if (line[at] == '"' || line[at] == '\'') {
    std::size_t behind = at;
    entry.value = TRY(quoted(line, behind, place));
    const std::string_view rest = trim(line.substr(behind));
    if (!rest.empty() && !rest.starts_with('#'))
      return wrong(place, behind, "nothing but a comment may follow the closing quotation mark");
  } else {
    entry.value = plain(line.substr(at));
  }
  return entry;
}

// So that it is read back as it is, here and by programs that expand what stands in double quotes.
std::string written(std::string_view value) {
  if (all_of(value, "0123456789_-./:@%+=,~")) return std::string(value);
  if (value.find('\'') == std::string_view::npos) return fmt::format("'{}'", value);
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\' || c == '$') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

const std::string* EnvFile::find(std::string_view name) const {
  const auto found =
      std::find_if(entries.rbegin(), entries.rend(), [&](const EnvEntry& e) { return e.name == name; });
  return found == entries.rend() ? nullptr : &found->value;
}

Result<EnvFile> parse_env(std::string_view text, std::string_view origin) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  EnvFile file;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string_view content = trim(line);
    if (content.empty() || content.starts_with('#')) continue;
    file.entries.push_back(TRY(parse_line(line, {origin, number})));
  }
  return file;
}

Result<EnvFile> read_env(const std::filesystem::path& path) {
  const std::string text = TRY(read_file(path, largest_env));
  return parse_env(text, path.string());
}

Result<std::string> env_with(std::string_view text, std::string_view origin, std::string_view name,
                             const std::optional<std::string>& value) {
  const EnvFile file = TRY(parse_env(text, origin));
  std::vector<std::size_t> lines;  // that hold the name; the last one counts
  for (const EnvEntry& entry : file.entries)
    if (entry.name == name) lines.push_back(entry.line);
  std::string changed;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    text.remove_prefix(line.size());
    if (std::find(lines.begin(), lines.end(), number) == lines.end())
      changed += line;
    else if (value && number == lines.back())
      changed +=
          fmt::format("{}{}={}\n", trim(line).starts_with("export") ? "export " : "", name, written(*value));
  }
  if (!value || !lines.empty()) return changed;
  if (!changed.empty() && changed.back() != '\n') changed += '\n';
  return changed + fmt::format("{}={}\n", name, written(*value));
}

}  // namespace skald
