#include "service/doctor/explain.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/files.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "formats/fields.hpp"
#include "service/models/models.hpp"

namespace skald {
namespace {

constexpr std::size_t kLongestLine = 64 << 10;  // the rest of a longer one is passed over
constexpr std::size_t kLongestShown = 300;

// Lines of a stream as UTF-8. UTF-16 is known by its byte order mark.
class Lines {
 public:
  explicit Lines(std::istream& in) : in_(in) {
    const int first = in_.get();
    const int second = in_.get();
    if (first == 0xFF && second == 0xFE) {
      order_ = Order::LittleEndian;
    } else if (first == 0xFE && second == 0xFF) {
      order_ = Order::BigEndian;
    } else {
      for (const int c : {first, second})
        if (c != std::istream::traits_type::eof()) waiting_.push_back(static_cast<char>(c));
    }
  }

  bool next(std::string& line) {
    line.clear();
    std::u32string wide;
    bool any = false;
    for (char32_t c = 0; get(c);) {
      any = true;
      if (c == '\n') break;
      if (order_ == Order::Bytes) {
        if (line.size() < kLongestLine) line += static_cast<char>(c);
      } else if (wide.size() < kLongestLine) {
        wide += c;
      }
    }
    if (order_ != Order::Bytes) line = encode_utf8(wide);
    return any;
  }

 private:
  enum class Order { Bytes, LittleEndian, BigEndian };

  bool byte(unsigned& value) {
    if (!waiting_.empty()) {
      value = static_cast<unsigned char>(waiting_.front());
      waiting_.erase(0, 1);
      return true;
    }
    const int c = in_.get();
    if (c == std::istream::traits_type::eof()) return false;
    value = static_cast<unsigned>(c);
    return true;
  }

  bool get(char32_t& c) {
    unsigned one = 0, two = 0;
    if (!byte(one)) return false;
    if (order_ == Order::Bytes) {
      c = one;
      return true;
    }
    if (!byte(two)) return false;
    c = order_ == Order::LittleEndian ? one | two << 8U : one << 8U | two;
    if (c >= 0xD800 && c < 0xE000) c = 0xFFFD;  // no known message has letters beyond the first plane
    return true;
  }

  std::istream& in_;
  Order order_ = Order::Bytes;
  std::string waiting_;
};

// Where `part` ends in the text, looked for from `at` on; npos where it is not.
std::size_t end_of(std::string_view text, std::string_view part, std::size_t at) {
  const std::size_t found = text.find(part, at);
  return found == std::string_view::npos ? found : found + part.size();
}

std::string shown(std::string_view line) {
  std::string text = without_secrets(repair_utf8(trim(line)));
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
  if (text.size() > kLongestShown) text = repair_utf8(text.substr(0, kLongestShown)) + " …";
  return text;
}

}  // namespace

bool matches(std::string_view lower_line, std::string_view lower_pattern) {
  std::size_t at = 0;
  for (const std::string& part : split(lower_pattern, '*')) {
    at = end_of(lower_line, part, at);
    if (at == std::string_view::npos) return false;
  }
  return true;
}

Result<std::vector<KnownMessage>> parse_messages(std::string_view text, std::string_view origin) {
  const Json json = TRY(parse_outside_json(text, origin));
  std::vector<KnownMessage> messages;
  if (!json.is_object() || !json.contains("messages") || !json.at("messages").is_array())
    return fail(ErrorCode::Damaged, std::string(origin) + ": a list 'messages' is expected");
  for (const Json& row : json.at("messages")) {
    KnownMessage message{text_at(row, "id"),
                         text_at(row, "section"),
                         get_or(row, "general", false),
                         {},
                         text_at(row, "means"),
                         text_at(row, "skald"),
                         text_at(row, "do")};
    if (row.is_object() && row.contains("patterns") && row.at("patterns").is_array())
      for (const Json& pattern : row.at("patterns"))
        if (pattern.is_string()) message.patterns.push_back(pattern.get<std::string>());
    if (message.id.empty() || message.patterns.empty())
      return fail(ErrorCode::Damaged, std::string(origin) + ": a message without id or patterns");
    messages.push_back(std::move(message));
  }
  return messages;
}

Result<std::vector<KnownMessage>> known_messages() {
  const auto file = data_folder() / "troubleshooting.json";
  return parse_messages(TRY(read_file(file, 1 << 20)), file.string());
}

namespace {

// The rows that a line counts for: the first of each section; a general one where there is no other.
std::vector<std::size_t> rows_of(std::string_view lower_line, const std::vector<KnownMessage>& messages,
                                 const std::vector<std::vector<std::string>>& patterns) {
  std::vector<std::size_t> rows;
  std::optional<std::size_t> general;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const bool told = std::any_of(rows.begin(), rows.end(), [&](std::size_t row) {
      return messages[row].section == messages[i].section;
    });
    if (told || (messages[i].general && (general || !rows.empty()))) continue;
    if (std::none_of(patterns[i].begin(), patterns[i].end(),
                     [&](const std::string& pattern) { return matches(lower_line, pattern); }))
      continue;
    if (messages[i].general)
      general = i;
    else
      rows.push_back(i);
  }
  if (rows.empty() && general) rows.push_back(*general);
  return rows;
}

}  // namespace

std::vector<Explained> explain(std::istream& log, const std::vector<KnownMessage>& messages) {
  std::vector<std::vector<std::string>> patterns;
  for (const KnownMessage& message : messages) {
    patterns.emplace_back();
    for (const std::string& pattern : message.patterns) patterns.back().push_back(ascii_lower(pattern));
  }
  std::vector<Explained> found(messages.size());
  Lines lines(log);
  std::string line;
  for (std::size_t number = 1; lines.next(line); ++number)
    for (const std::size_t row : rows_of(ascii_lower(line), messages, patterns)) {
      Explained& hit = found[row];
      if (hit.count++ == 0) hit = {&messages[row], 1, number, shown(line)};
    }
  std::erase_if(found, [](const Explained& e) { return e.count == 0; });
  std::stable_sort(found.begin(), found.end(),
                   [](const Explained& a, const Explained& b) { return a.first_line < b.first_line; });
  return found;
}

}  // namespace skald
