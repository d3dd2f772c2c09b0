#include "service/settings/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "base/text.hpp"
#include "formats/fields.hpp"

namespace skald {
namespace {

// Settings of other programs that look like slips of ours.
constexpr std::array<std::string_view, 4> kOfOthers = {"OLLAMA_MODELS", "OPENAI_MODELS", "SKALD_CACHE",
                                                       "SKALD_BUILD"};

bool only_letters_and(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || more.find(c) != std::string_view::npos;
  });
}

bool in_range(const SettingInfo& setting, std::string_view value) {
  const auto number = parse_number(value);
  return number && *number >= setting.least && *number <= setting.most;
}

// Edits between two names: letters put in, left out, replaced, or two neighbours swapped.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  std::iota(last.begin(), last.end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(now);
  }
  return last[b.size()];
}

}  // namespace

const std::vector<SettingInfo>& setting_catalogue() {
  static const std::vector<SettingInfo> rows = {
#define SKALD_SETTING(name, kind, least, most, choices, built_in, option, about) \
  {#name, SettingKind::kind, least, most, choices, built_in, option, about},
#include "service/settings/settings.def"
#undef SKALD_SETTING
  };
  return rows;
}

const SettingInfo* find_setting(std::string_view name) {
  const auto& rows = setting_catalogue();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const SettingInfo& s) { return s.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

std::string allowed_values(const SettingInfo& setting) {
  switch (setting.kind) {
    case SettingKind::Key:
      return "a key without blanks";
    case SettingKind::Text:
      return "one line of text";
    case SettingKind::Backend:
      return "the name of a backend";
    case SettingKind::Url:
      return "an address that begins with http:// or https://";
    case SettingKind::Language:
      return "auto or a language code such as en";
    case SettingKind::Folder:
      return "a folder";
    case SettingKind::Count:
      return fmt::format("a whole number from {:.0f} to {:.0f}", setting.least, setting.most);
    case SettingKind::Number:
      return fmt::format("a number from {:g} to {:.0f}", setting.least, setting.most);
    case SettingKind::Choice:
      break;
  }
  const auto words = split(setting.choices, ',');
  std::string text = words.front();
  for (std::size_t i = 1; i < words.size(); ++i) text += (i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

bool is_allowed(const SettingInfo& setting, std::string_view value) {
  if (value.empty()) return true;
  const std::string lower = ascii_lower(value);
  switch (setting.kind) {
    case SettingKind::Key:
      return std::all_of(value.begin(), value.end(), [](unsigned char c) { return c > ' ' && c != 127; });
    case SettingKind::Text:
    case SettingKind::Folder:
      return value.find('\n') == std::string_view::npos;
    case SettingKind::Backend:
      return only_letters_and(value, "0123456789_-.");
    case SettingKind::Url:
      return (lower.starts_with("http://") && value.size() > 7) ||
             (lower.starts_with("https://") && value.size() > 8);
    case SettingKind::Language:
      return lower == "auto" || ((value.size() == 2 || value.size() == 3) && only_letters_and(value, ""));
    case SettingKind::Count:
      return in_range(setting, value) && value.find_first_not_of("0123456789") == std::string_view::npos;
    case SettingKind::Number:
      return in_range(setting, value);
    case SettingKind::Choice:
      break;
  }
  const auto words = split(setting.choices, ',');
  return std::find(words.begin(), words.end(), lower) != words.end();
}

tl::unexpected<Error> not_allowed(const SettingInfo& setting, std::string_view place) {
  return fail(ErrorCode::InvalidConfig,
              fmt::format("{}{} must be {}", place, setting.name, allowed_values(setting)));
}

bool only_from_environment(const SettingInfo& setting) {
  return setting.name.starts_with("SKALD_");
}

bool is_secret(std::string_view name) {
  if (const SettingInfo* setting = find_setting(name)) return setting->kind == SettingKind::Key;
  const std::string lower = ascii_lower(name);
  const std::array<std::string_view, 4> endings = {"_key", "_token", "_secret", "_password"};
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view end) { return lower.ends_with(end); });
}

std::string masked(std::string_view secret) {
  if (secret.size() < 16) return "…";
  const auto mark = secret.substr(0, 5).find_first_of("_-");
  const std::string_view kind = mark == std::string_view::npos ? "" : secret.substr(0, mark + 1);
  return std::string(kind) + "…" + std::string(secret.substr(secret.size() - 4));
}

std::optional<std::string> meant_setting(std::string_view unknown) {
  if (std::find(kOfOthers.begin(), kOfOthers.end(), unknown) != kOfOthers.end()) return std::nullopt;
  std::size_t fewest = unknown.size() < 10 ? 2 : 3;
  std::optional<std::string> meant;
  const std::string lower = ascii_lower(unknown);
  for (const SettingInfo& setting : setting_catalogue())
    if (const std::size_t count = edits(lower, ascii_lower(setting.name)); count < fewest) {
      fewest = count;
      meant = std::string(setting.name);
    }
  if (!meant && lower.starts_with("skald_")) meant = "";
  return meant;
}

}  // namespace skald
