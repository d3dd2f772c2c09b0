#include "base/secrets.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

#include "base/text.hpp"

namespace skald {
namespace {

constexpr std::string_view kRemoved = "[removed]";
constexpr std::size_t kShortestValue = 6;

struct Known {
  std::mutex mutex;
  std::vector<std::string> values;  // longest first, so that a key within another leaves nothing over
};

Known& known() {
  static Known instance;
  return instance;
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// How keys of services begin; `more` may stand in them beside letters and digits.
struct Shape {
  std::string_view begin;
  std::string_view more;
  std::size_t shortest;  // letters after the beginning
};
constexpr std::array<Shape, 6> kShapes = {{{"gsk_", "_", 12},
                                           {"skt_", "", 16},
                                           {"sk-", "-_", 16},
                                           {"hf_", "", 16},
                                           {"bearer ", "-_.~+/=", 8},
                                           {"basic ", "-_.~+/=", 16}}};

// Length of the key that begins at `at`, 0 where none does.
std::size_t key_at(std::string_view lower, std::size_t at) {
  if (at > 0 && (is_alphanumeric(lower[at - 1]) || lower[at - 1] == '_')) return 0;
  for (const Shape& shape : kShapes) {
    if (!lower.substr(at).starts_with(shape.begin)) continue;
    std::size_t end = at + shape.begin.size();
    bool digit = false;
    for (; end < lower.size(); ++end) {
      const char c = lower[end];
      if (!is_alphanumeric(c) && shape.more.find(c) == std::string_view::npos) break;
      digit = digit || (c >= '0' && c <= '9');
    }
    // Words with hyphens have no digits, keys do.
    if (end - at >= shape.begin.size() + shape.shortest && digit) return end - at;
  }
  return 0;
}

// Of "//user:password@host" at `at`: how much stands before the '@'; 0 where there is none.
std::size_t login_at(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("//")) return 0;
  const std::size_t end = text.find_first_of("/?# \t\r\n\"'<>@", at + 2);
  return end != std::string_view::npos && text[end] == '@' && end > at + 2 ? end - at : 0;
}

void take_out(std::string& text, std::string_view value) {
  for (std::size_t at = 0; (at = text.find(value, at)) != std::string::npos; at += kRemoved.size())
    text.replace(at, value.size(), kRemoved);
}

}  // namespace

void hide_secret(std::string_view value) {
  if (value.size() < kShortestValue || kRemoved.find(value) != std::string_view::npos) return;
  Known& all = known();
  const std::lock_guard lock(all.mutex);
  if (std::find(all.values.begin(), all.values.end(), value) != all.values.end()) return;
  all.values.emplace_back(value);
  std::stable_sort(all.values.begin(), all.values.end(),
                   [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string without_secrets(std::string_view text) {
  std::string known_out(text);
  {
    Known& all = known();
    const std::lock_guard lock(all.mutex);
    for (const std::string& value : all.values) take_out(known_out, value);
  }
  const std::string lower = ascii_lower(known_out);
  std::string clean;
  for (std::size_t at = 0; at < known_out.size();) {
    const char c = lower[at];
    if (c == 'g' || c == 's' || c == 'h' || c == 'b') {
      if (const std::size_t length = key_at(lower, at); length > 0) {
        clean += kRemoved;
        at += length;
        continue;
      }
    } else if (c == '/') {
      if (const std::size_t length = login_at(known_out, at); length > 0) {
        clean += "//";
        clean += kRemoved;
        at += length;
        continue;
      }
    }
    clean += known_out[at++];
  }
  return clean;
}

}  // namespace skald
