// Recognises known messages in logs, ours and those of others, and says what they mean and what to do.
#pragma once
#include <cstddef>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace skald {

/// One row of data/troubleshooting.json.
struct KnownMessage {
  std::string id;
  std::string section;
  bool general = false;               // counts only for lines that no other row matches
  std::vector<std::string> patterns;  // parts of a line; case does not matter, '*' stands for any text
  std::string means;
  std::string skald;  // what Skald does about it by itself
  std::string advice;
};

Result<std::vector<KnownMessage>> known_messages();
Result<std::vector<KnownMessage>> parse_messages(std::string_view text, std::string_view origin);

struct Explained {
  const KnownMessage* message = nullptr;
  std::size_t count = 0;
  std::size_t first_line = 0;
  std::string line;  // the first one, without secrets, at most 300 letters
};

/// Goes through a log line by line, in little memory. A line counts for the first row of each section that it
/// matches. In the order in which they appear first. Logs in UTF-16, as Windows shells write them, are read
/// too.
std::vector<Explained> explain(std::istream& log, const std::vector<KnownMessage>& messages);

/// Whether a part of the line is the pattern.
bool matches(std::string_view lower_line, std::string_view lower_pattern);

}  // namespace skald
