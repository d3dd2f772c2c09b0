#include "formats/json_position.hpp"

#include <algorithm>
#include <set>

#include "formats/json.hpp"

namespace skald {
namespace {

// Walks through valid JSON without building values.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::size_t at() {
    skip_blanks();
    return at_;
  }

  // Calls entry(step) for each member with the scanner at its value; entry says whether to go on. The entry
  // must leave the scanner behind the value, by skip() or by each() again.
  template <typename Entry>
  void each(Entry entry) {
    const char open = peek();
    if (open != '{' && open != '[') {
      skip();
      return;
    }
    ++at_;
    for (std::size_t index = 0; peek() != '}' && peek() != ']' && at_ < text_.size(); ++index) {
      JsonStep step = index;
      if (open == '{') {
        step = key();
        if (peek() == ':') ++at_;
      }
      if (!entry(step)) return;
      if (peek() == ',') ++at_;
    }
    ++at_;
  }

  void skip() {
    const char first = peek();
    if (first == '"') {
      skip_string();
    } else if (first == '{' || first == '[') {
      each([this](const JsonStep&) {
        skip();
        return true;
      });
    } else {
      at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    }
  }

 private:
  char peek() {
    skip_blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n\xEF\xBB\xBF", at_), text_.size()); }
  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    at_ = std::min(at_ + 1, text_.size());
  }
  std::string key() {
    skip_blanks();
    const std::size_t start = at_;
    skip_string();
    const Json json = Json::parse(text_.substr(start, at_ - start), nullptr, false);
    return json.is_string() ? json.get<std::string>() : std::string{};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::size_t find(Scanner& scanner, const std::vector<JsonStep>& steps, std::size_t depth) {
  const std::size_t here = scanner.at();
  if (depth == steps.size()) return here;
  std::size_t found = here;
  scanner.each([&](const JsonStep& step) {
    if (step == steps[depth]) {
      found = find(scanner, steps, depth + 1);
      return false;
    }
    scanner.skip();
    return true;
  });
  return found;
}

bool find_doubled(Scanner& scanner, std::vector<JsonStep>& steps) {
  std::set<JsonStep> seen;
  bool found = false;
  scanner.each([&](const JsonStep& step) {
    steps.push_back(step);
    found = !seen.insert(step).second || find_doubled(scanner, steps);
    if (!found) steps.pop_back();
    return !found;
  });
  return found;
}

TextPosition position_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto newline = before.rfind('\n');
  return {1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          newline == std::string_view::npos ? before.size() + 1 : before.size() - newline};
}

}  // namespace

TextPosition position_of(std::string_view text, const std::vector<JsonStep>& steps) {
  Scanner scanner(text);
  return position_at(text, find(scanner, steps, 0));
}

std::optional<DoubledKey> doubled_key(std::string_view text) {
  Scanner scanner(text);
  DoubledKey doubled;
  if (!find_doubled(scanner, doubled.steps)) return std::nullopt;
  doubled.position = position_at(text, scanner.at());
  return doubled;
}

std::string describe_steps(const std::vector<JsonStep>& steps) {
  std::string path;
  for (const JsonStep& step : steps) {
    if (const auto* index = std::get_if<std::size_t>(&step)) {
      path += '[' + std::to_string(*index) + ']';
    } else {
      if (!path.empty()) path += '.';
      path += std::get<std::string>(step);
    }
  }
  return path;
}

}  // namespace skald
