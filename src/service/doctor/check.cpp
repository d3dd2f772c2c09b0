#include "service/doctor/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/secrets.hpp"

namespace skald {

std::string_view to_string(Health health) {
  constexpr std::array<std::string_view, 3> names = {"ok", "warning", "error"};
  return names[static_cast<std::size_t>(health)];
}

Health worst(const std::vector<Check>& checks) {
  Health health = Health::Ok;
  for (const Check& check : checks) health = std::max(health, check.health);
  return health;
}

std::string checks_text(const std::vector<Check>& checks) {
  std::string text;
  for (const Check& check : checks)
    text += fmt::format("{:<8} {:<16} {}\n{:<25} {}\n", to_string(check.health), check.title,
                        without_secrets(check.found), "", without_secrets(check.advice));
  return text;
}

Json checks_json(const std::vector<Check>& checks) {
  Json rows = Json::array();
  for (const Check& check : checks) {
    Json row = {{"id", check.id},
                {"health", to_string(check.health)},
                {"title", check.title},
                {"found", without_secrets(check.found)},
                {"advice", without_secrets(check.advice)}};
    if (!check.details.is_null()) row["details"] = check.details;
    rows.push_back(std::move(row));
  }
  return {{"health", to_string(worst(checks))}, {"checks", std::move(rows)}};
}

}  // namespace skald
