#include "service/review/search.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "domain/unicode.hpp"
#include "formats/json.hpp"
#include "formats/session_text.hpp"

namespace skald {
namespace {

bool has_word(std::string_view text) {
  const std::u32string points = decode_utf8(text);
  return std::any_of(points.begin(), points.end(), is_word_character);
}

// The text without the signs around what was found, and where that stands.
Json marked(std::string_view snippet) {
  std::u32string text;
  Json marks = Json::array();
  std::size_t from = 0;
  for (const char32_t point : decode_utf8(snippet)) {
    if (point == 1)
      from = text.size();
    else if (point == 2)
      marks.push_back({from, text.size()});
    else
      text += point;
  }
  return {{"snippet", encode_utf8(text)}, {"marks", std::move(marks)}};
}

}  // namespace

std::string search_query(std::string_view text) {
  std::string query;
  const std::vector<std::string> parts = split(one_line(text), '"');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool phrase = i % 2 == 1 && i + 1 < parts.size();
    for (const std::string& word : phrase ? std::vector<std::string>{parts[i]} : split(parts[i], ' '))
      if (has_word(word)) query += (query.empty() ? "\"" : " \"") + word + "\"";
  }
  // Somebody who is still typing.
  if (!query.empty() && has_word(parts.back())) query += '*';
  return query;
}

Result<Json> search_sessions(Store& store, std::string_view text, std::size_t most) {
  const std::string query = search_query(text);
  Found found;
  if (!query.empty()) found = TRY(store.search(query, std::min(most, kMostHits)));
  Json hits = Json::array();
  for (const Found::Hit& hit : found.hits) {
    Json json = {{"session", hit.session},
                 {"name", hit.name},
                 {"segment", hit.spoken.segment},
                 {"start", json_time(hit.spoken.start)},
                 {"speaker", hit.spoken.speaker}};
    json.update(marked(hit.spoken.text));
    hits.push_back(std::move(json));
  }
  return Json{{"hits", std::move(hits)}, {"total", found.total}};
}

}  // namespace skald
