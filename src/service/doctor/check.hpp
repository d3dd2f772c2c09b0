// What the doctor found: one line a thing, with its health and one sentence of advice.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "formats/json.hpp"

namespace skald {

enum class Health { Ok, Warning, Error };
std::string_view to_string(Health health);

struct Check {
  std::string id;  // "gpu", "memory", "ollama", ...; the same from version to version
  Health health = Health::Ok;
  std::string title;   // a word or two
  std::string found;   // what there is
  std::string advice;  // one sentence
  Json details = nullptr;
};

/// The worst of all; Ok for none.
Health worst(const std::vector<Check>& checks);
/// For people: health, title, found and advice, in columns.
std::string checks_text(const std::vector<Check>& checks);
/// {"health", "checks": [{"id", "health", "title", "found", "advice", "details"}]}
Json checks_json(const std::vector<Check>& checks);

}  // namespace skald
