#include "formats/captions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "formats/session_text.hpp"

namespace skald {
namespace {

constexpr double longest_cue = 7;               // seconds
constexpr double shortest_cue = 0.2;            // seconds
constexpr double shortest_shown = 1;            // seconds, where there is room
constexpr double reading_speed = 20;            // characters a second
constexpr std::size_t longest_shown_name = 24;  // characters of a name inside a line

std::size_t width(std::string_view text) {
  return decode_utf8(text).size();
}

std::string srt_prefix(std::string_view speaker) {
  if (speaker.empty()) return {};
  std::u32string name = decode_utf8(one_line(speaker));
  for (char32_t& c : name)
    if (c == U']') c = U')';
  if (name.size() > longest_shown_name) name = name.substr(0, longest_shown_name - 1) + U'\u2026';
  return '[' + encode_utf8(name) + "] ";
}

// Lays tokens onto lines of at most `limit` characters; the first line has `used` already.
class LineFill {
 public:
  enum class Place { SameLine, NextLine };
  LineFill(std::size_t used, std::size_t limit) : length_(used), limit_(limit) {}

  Place add(std::size_t size) {
    const std::size_t gap = fresh_ ? 0 : 1;
    const bool next = length_ + size + gap > limit_ && !(fresh_ && length_ == 0);
    length_ = next ? size : length_ + gap + size;
    lines_ += next ? 1 : 0;
    fresh_ = false;
    return next ? Place::NextLine : Place::SameLine;
  }
  std::size_t lines() const { return lines_; }

 private:
  std::size_t length_, limit_;
  std::size_t lines_ = 1;
  bool fresh_ = true;  // no token on the line yet
};

std::vector<std::string> fill(const std::vector<std::string>& tokens, std::size_t used, std::size_t limit) {
  std::vector<std::string> lines(1);
  LineFill layout(used, limit);
  for (const std::string& token : tokens) {
    if (layout.add(width(token)) == LineFill::Place::NextLine)
      lines.push_back(token);
    else
      lines.back() += (lines.back().empty() ? "" : " ") + token;
  }
  return lines;
}

std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  for (const std::string& token : split(one_line(text), ' ')) {
    const std::u32string points = decode_utf8(token);
    for (std::size_t i = 0; i < points.size(); i += kCaptionWidth)  // a token wider than a line is cut
      tokens.push_back(encode_utf8(points.substr(i, kCaptionWidth)));
  }
  return tokens;
}

// Lines of even length where two suffice.
std::vector<std::string> wrap(std::string_view text, std::size_t used) {
  const std::vector<std::string> tokens = tokens_of(text);
  std::vector<std::string> best = fill(tokens, used, kCaptionWidth);
  if (best.size() != 2) return best;
  for (std::size_t limit = kCaptionWidth - 1; limit > used; --limit) {
    std::vector<std::string> lines = fill(tokens, used, limit);
    if (lines.size() != 2 || width(lines[1]) > kCaptionWidth || lines[0].empty()) break;
    best = std::move(lines);
  }
  return best;
}

// A word with the times in which it is spoken.
struct Timed {
  std::string text;
  Span span;
};

// The segment's text as words. Where the recogniser's words do not make up the text (it was corrected, or
// there are none) the time is shared out by length.
std::vector<Timed> timed_words(const Segment& segment) {
  std::vector<Timed> words;
  std::string joined;
  for (const Word& word : segment.words) joined += word.text;
  if (!segment.words.empty() && one_line(joined) == one_line(segment.text)) {
    for (const Word& word : segment.words) {
      const std::string text = one_line(word.text);
      if (text.empty()) continue;
      const bool continues = !words.empty() && !word.text.starts_with(' ');
      if (continues) {
        words.back().text += text;
        words.back().span.end = std::max(words.back().span.end, word.span.end);
      } else {
        words.push_back({text, word.span});
      }
    }
    return words;
  }
  const std::vector<std::string> tokens = tokens_of(segment.text);
  double total = 0;
  for (const std::string& token : tokens) total += static_cast<double>(token.size() + 1);
  double done = 0;
  for (const std::string& token : tokens) {
    const double begin = done / total;
    done += static_cast<double>(token.size() + 1);
    const double length = segment.span.length().value;
    words.push_back({token,
                     {segment.span.start + Seconds{begin * length},
                      segment.span.start + Seconds{done / total * length}}});
  }
  return words;
}

// How good a place for a cut the end of a word is: 2 sentence, 1 clause, 0 neither.
int cut_quality(const std::string& text) {
  const char last = text.empty() ? ' ' : text.back();
  if (last == '.' || last == '?' || last == '!') return 2;
  return last == ',' || last == ';' || last == ':' ? 1 : 0;
}

// The end of the cue that begins at `first`: as much as fits, cut back to a sentence end or comma in its
// later part.
std::size_t cue_end(const std::vector<Timed>& words, std::size_t first, std::size_t used) {
  LineFill layout(used, kCaptionWidth);
  std::size_t last = first;
  for (; last < words.size(); ++last) {
    for (const std::string& token : tokens_of(words[last].text)) layout.add(width(token));
    const double length = (words[last].span.end - words[first].span.start).value;
    if (last > first && (layout.lines() > kCaptionLines || length > longest_cue)) break;
  }
  if (last == words.size()) return last;
  for (const int quality : {2, 1}) {
    const double least = quality == 2 ? 0.4 : 0.6;
    for (std::size_t end = last; end > first + 1; --end) {
      if (static_cast<double>(end - first) < least * static_cast<double>(last - first)) break;
      if (cut_quality(words[end - 1].text) == quality) return end;
    }
  }
  return last;
}

std::string clock(Seconds time, char mark) {
  constexpr double most = 3.6e9;  // of times from outside: a million hours
  const auto ms = std::llround(std::clamp(time.value, 0.0, most) * 1000);
  return fmt::format("{:02}:{:02}:{:02}{}{:03}", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, mark,
                     ms % 1000);
}

// An arrow would end the text of a cue.
std::string without_arrow(std::string text) {
  for (std::size_t at; (at = text.find("-->")) != std::string::npos;) text.replace(at, 3, "->");
  return text;
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (&line == lines.data() ? "" : "\n") + line;
  return text;
}

}  // namespace

std::vector<Cue> make_cues(const Segment& segment, std::string_view speaker) {
  const std::vector<Timed> words = timed_words(segment);
  const std::size_t used = width(srt_prefix(speaker));
  std::vector<Cue> cues;
  for (std::size_t first = 0; first < words.size();) {
    const std::size_t last = cue_end(words, first, used);
    Cue cue{{words[first].span.start, words[last - 1].span.end}, std::string(speaker), {}};
    for (std::size_t i = first; i < last; ++i) cue.text += (i == first ? "" : " ") + words[i].text;
    cue.span.end = std::max(cue.span.end, cue.span.start + Seconds{shortest_cue});
    cues.push_back(std::move(cue));
    first = last;
  }
  return cues;
}

std::vector<Cue> readable(std::vector<Cue> cues) {
  std::stable_sort(cues.begin(), cues.end(),
                   [](const Cue& a, const Cue& b) { return a.span.start < b.span.start; });
  for (std::size_t i = 0; i < cues.size(); ++i) {
    const double needed = std::max(shortest_shown, static_cast<double>(width(cues[i].text)) / reading_speed);
    Seconds end = cues[i].span.start + Seconds{std::min(needed, longest_cue)};
    if (i + 1 < cues.size()) end = std::min(end, cues[i + 1].span.start);
    cues[i].span.end = std::max(cues[i].span.end, end);
  }
  return cues;
}

std::vector<Cue> cues_of(View view, const std::vector<Segment>& segments) {
  std::vector<Cue> cues;
  for (const Segment& segment : segments) {
    if (!shows(view, segment)) continue;
    for (Cue& cue : make_cues(segment, name_in(view, segment))) cues.push_back(std::move(cue));
  }
  return readable(std::move(cues));
}

std::string to_srt(const std::vector<Cue>& cues) {
  std::string text;
  std::size_t number = 0;
  for (const Cue& cue : cues) {
    const std::string prefix = srt_prefix(cue.speaker);
    const std::string body = prefix + join(wrap(without_arrow(cue.text), width(prefix)));
    if (trim(body).empty()) continue;
    text += fmt::format("{}\n{} --> {}\n", ++number, clock(cue.span.start, ','), clock(cue.span.end, ','));
    // With a long first word the name stands alone on its line.
    for (const std::string& line : split(body, '\n')) text += std::string(trim(line)) + '\n';
    text += '\n';
  }
  return text;
}

std::string to_vtt(const std::vector<Cue>& cues) {
  std::string text = "WEBVTT\n\n";
  for (const Cue& cue : cues) {
    const std::string body = escape_markup(join(wrap(cue.text, 0)));
    if (trim(body).empty()) continue;
    const std::string voice = escape_markup(one_line(cue.speaker));
    text += fmt::format("{} --> {}\n", clock(cue.span.start, '.'), clock(cue.span.end, '.'));
    if (!voice.empty()) text += fmt::format("<v {}>", voice);
    text += body + "\n\n";
  }
  return text;
}

}  // namespace skald
