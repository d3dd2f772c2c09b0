#include "formats/env.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/files.hpp"
#include "base/text.hpp"
#include "formats/fields.hpp"

namespace skald {
namespace {

constexpr std::uint64_t largest_file = 1ULL << 20;

enum class Kind { Secret, Text, Name, Url, Language, Device, Level, Count, Number, Port };

struct Setting {
  std::string_view name;
  Kind kind;
};

constexpr std::array<Setting, 22> settings = {{{"GROQ_API_KEY", Kind::Secret},
                                               {"OPENAI_API_KEY", Kind::Secret},
                                               {"WHISPER_MODEL", Kind::Text},
                                               {"WHISPER_BACKEND", Kind::Name},
                                               {"WHISPER_LANGUAGE", Kind::Language},
                                               {"DIARIZATION_BACKEND", Kind::Name},
                                               {"LLM_BACKEND", Kind::Name},
                                               {"OLLAMA_MODEL", Kind::Text},
                                               {"OLLAMA_BASE_URL", Kind::Url},
                                               {"OLLAMA_FALLBACK_MODEL", Kind::Text},
                                               {"INFERENCE_DEVICE", Kind::Device},
                                               {"GROQ_MAX_CALLS_PER_SECOND", Kind::Number},
                                               {"GROQ_RATE_LIMIT_BURST", Kind::Count},
                                               {"GROQ_RATE_LIMIT_PERIOD_SECONDS", Kind::Number},
                                               {"CLASSIFIER_CONTEXT_MAX_SEGMENTS", Kind::Count},
                                               {"CLASSIFIER_CONTEXT_PAST_SECONDS", Kind::Number},
                                               {"CLASSIFIER_CONTEXT_FUTURE_SECONDS", Kind::Number},
                                               {"CLASSIFICATION_BATCH_SIZE", Kind::Count},
                                               {"LOG_LEVEL_CONSOLE", Kind::Level},
                                               {"LOG_LEVEL_FILE", Kind::Level},
                                               {"SESSION_APP_PORT", Kind::Port},
                                               {"HF_TOKEN", Kind::Secret}}};

const Setting* setting(std::string_view name) {
  const auto found =
      std::find_if(settings.begin(), settings.end(), [&](const Setting& s) { return s.name == name; });
  return found == settings.end() ? nullptr : &*found;
}

template <std::size_t N>
bool one_of(std::string_view value, const std::array<std::string_view, N>& allowed) {
  return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

bool all_of(std::string_view text, std::string_view more_than_letters) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           more_than_letters.find(c) != std::string_view::npos;
  });
}

bool is_number(std::string_view value, double least, double most) {
  const auto number = parse_number(value);
  return number && *number >= least && *number <= most;
}

bool is_count(std::string_view value, double least, double most) {
  return is_number(value, least, most) && value.find_first_not_of("0123456789") == std::string_view::npos;
}

// What is wrong with a value, without quoting it; nothing where it is right. Empty values mean "not set".
std::optional<std::string_view> complaint(Kind kind, std::string_view value) {
  constexpr std::array<std::string_view, 3> devices = {"cpu", "cuda", "auto"};
  constexpr std::array<std::string_view, 5> levels = {"debug", "info", "warning", "error", "critical"};
  const auto unless = [](bool right, std::string_view what) {
    return right ? std::nullopt : std::optional<std::string_view>(what);
  };
  if (value.empty()) return std::nullopt;
  const std::string lower = ascii_lower(value);
  switch (kind) {
    case Kind::Secret:
      return unless(value.find_first_of(" \t\n") == std::string_view::npos, "a key without blanks");
    case Kind::Text:
      return unless(value.find('\n') == std::string_view::npos, "one line of text");
    case Kind::Name:
      return unless(all_of(value, "0123456789_-."), "the name of a backend");
    case Kind::Url:
      return unless((lower.starts_with("http://") && value.size() > 7) ||
                        (lower.starts_with("https://") && value.size() > 8),
                    "an address that begins with http:// or https://");
    case Kind::Language:
      return unless(lower == "auto" || ((value.size() == 2 || value.size() == 3) && all_of(value, "")),
                    "'auto' or a language code such as 'en'");
    case Kind::Device:
      return unless(one_of(lower, devices), "cpu, cuda or auto");
    case Kind::Level:
      return unless(one_of(lower, levels), "debug, info, warning, error or critical");
    case Kind::Count:
      return unless(is_count(value, 1, 1e6), "a whole number from 1 on");
    case Kind::Number:
      return unless(is_number(value, 0, 1e6), "a number from 0 on");
    case Kind::Port:
      return unless(is_count(value, 1, 65535), "a port from 1 to 65535");
  }
  return std::nullopt;
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
  EnvEntry entry{std::string(line.substr(at, end - at)), {}, place.line};
  if (entry.name.empty() || (entry.name[0] >= '0' && entry.name[0] <= '9'))
    return wrong(place, at, "a name of letters, digits and '_' is expected");
  const std::size_t equals = line.find_first_not_of(" \t", end);
  if (equals == std::string_view::npos || line[equals] != '=')
    return wrong(place, std::min(equals, line.size()), fmt::format("'=' is expected after {}", entry.name));
  at = line.find_first_not_of(" \t", equals + 1);
  if (at == std::string_view::npos) return entry;
  if (line[at] == '"' || line[at] == '\'') {
    std::size_t behind = at;
    entry.value = TRY(quoted(line, behind, place));
    const std::string_view rest = trim(line.substr(behind));
    if (!rest.empty() && !rest.starts_with('#'))
      return wrong(place, behind, "nothing but a comment may follow the closing quotation mark");
  } else {
    entry.value = plain(line.substr(at));
  }
  if (const Setting* known = setting(entry.name))
    if (const auto expected = complaint(known->kind, entry.value))
      return wrong(place, at, fmt::format("{} must be {}", entry.name, *expected));
  return entry;
}

}  // namespace

const std::string* EnvFile::find(std::string_view name) const {
  const auto found =
      std::find_if(entries.rbegin(), entries.rend(), [&](const EnvEntry& e) { return e.name == name; });
  return found == entries.rend() ? nullptr : &found->value;
}

std::vector<std::string> EnvFile::unknown_names() const {
  std::vector<std::string> names;
  for (const EnvEntry& entry : entries)
    if (setting(entry.name) == nullptr && std::find(names.begin(), names.end(), entry.name) == names.end())
      names.push_back(entry.name);
  return names;
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
  const std::string text = TRY(read_file(path, largest_file));
  return parse_env(text, path.string());
}

}  // namespace skald
