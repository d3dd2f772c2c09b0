// Search in what was said in all sessions.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/json.hpp"
#include "store/store.hpp"

namespace skald {

inline constexpr std::size_t kMostHits = 200;

/// What FTS5 is to look for: all words of the text, the last one also as the beginning of a word; words in
/// double quotes one after another. Empty where the text holds no word.
std::string search_query(std::string_view text);

/// Hits with the best first, and how many there are: `{"hits": [{"session", "name", "segment", "start",
/// "speaker", "snippet", "marks": [[from, to], ...]}], "total"}`. Marks count Unicode characters.
Result<Json> search_sessions(Store& store, std::string_view text, std::size_t most);

}  // namespace skald
