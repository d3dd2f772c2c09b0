#include "engines/listen/spans_json.hpp"

namespace skald::listen {

Seconds total_length(std::span<const Span> spans) {
  Seconds total;
  for (const Span& span : spans) total = total + span.length();
  return total;
}

Json spans_to_json(std::span<const Span> spans) {
  Json list = Json::array();
  for (const Span& span : spans) {
    list.push_back(Json::array({json_time(span.start.value), json_time(span.end.value)}));
  }
  return list;
}

Json turns_to_json(std::span<const Turn> turns) {
  Json list = Json::array();
  for (const Turn& turn : turns) {
    list.push_back({{"start", json_time(turn.span.start.value)},
                    {"end", json_time(turn.span.end.value)},
                    {"speaker", turn.speaker}});
  }
  return list;
}

}  // namespace skald::listen
