#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "domain/assign.hpp"
#include "speech.hpp"

namespace skald {
namespace {

struct Scene {
  std::vector<Chunk> chunks;
  Diarization diarization;
  std::vector<Word> words;
};

// Words of 0.1 to 0.7 s in order, sentences, pauses; turns that follow one another with small gaps.
Scene draw_scene(int most_words, int speakers) {
  const auto tenths = [](int from, int to) { return *rc::gen::inRange(from, to) / 10.0; };
  Scene scene;
  double time = 0.5;
  const int words = *rc::gen::inRange(1, most_words + 1);
  for (int i = 0; i < words; ++i) {
    if (i == 0 || *rc::gen::inRange(0, 5) == 0)
      scene.chunks.push_back(Chunk{.span = {}, .language = "en", .words = {}});
    const double length = tenths(1, 8);
    const std::string text = *rc::gen::element<std::string>(" well", " no.", " yes,", " wolf", " go!");
    scene.words.push_back(word(time, time + length, text));
    scene.chunks.back().words.push_back(scene.words.back());
    time += length + *rc::gen::element(0.0, 0.0, 0.0, 0.3, 1.0);
  }
  std::vector<Turn> turns;
  for (double at = 0; at < time;) {
    const double end = at + tenths(2, 20);
    turns.push_back(turn(at, end, "S" + std::to_string(*rc::gen::inRange(0, speakers))));
    at = end + tenths(0, 5);
  }
  scene.diarization = in_turn(std::move(turns));
  return scene;
}

double outside(const Word& w, const std::vector<Turn>& turns, const std::string& speaker) {
  double shared = 0, away = std::numeric_limits<double>::infinity();
  for (const Turn& t : turns) {
    if (t.speaker != speaker) continue;
    shared += overlap(t.span, w.span).value;
    away =
        std::min(away, std::max({0.0, (t.span.start - w.span.end).value, (w.span.start - t.span.end).value}));
  }
  return w.span.length().value - shared + std::min(away, AssignOptions{}.reach.value);
}

double change(const Word& before, const Word& after) {
  const AssignOptions options;
  const double silence = (after.span.start - before.span.end).value;
  const char mark = before.text.back();
  if (mark == '.' || mark == '!' || silence >= options.pause.value) return options.change_at_sentence;
  return mark == ',' || silence >= options.pause.value / 3 ? options.change_at_comma : options.change_inside;
}

double cost(const Scene& scene, const std::vector<std::string>& speakers) {
  double total = 0;
  for (std::size_t i = 0; i < speakers.size(); ++i) {
    total += outside(scene.words[i], scene.diarization.turns, speakers[i]);
    if (i > 0 && speakers[i] != speakers[i - 1]) total += change(scene.words[i - 1], scene.words[i]);
  }
  return total;
}

RC_GTEST_PROP(Assign, TakesAPathThatNoOtherUndercuts, ()) {
  const Scene scene = draw_scene(7, 3);
  std::set<std::string> names;
  for (const Turn& t : scene.diarization.turns) names.insert(t.speaker);
  const std::vector<std::string> known(names.begin(), names.end());
  const auto found = speakers_of_words(scene.chunks, scene.diarization);
  RC_ASSERT(found.size() == scene.words.size());
  double best = std::numeric_limits<double>::infinity();
  const auto paths = static_cast<std::size_t>(std::pow(known.size(), scene.words.size()));
  for (std::size_t path = 0; path < paths; ++path) {
    std::vector<std::string> speakers;
    for (std::size_t i = 0, rest = path; i < scene.words.size(); ++i, rest /= known.size())
      speakers.push_back(known[rest % known.size()]);
    best = std::min(best, cost(scene, speakers));
  }
  RC_ASSERT(std::abs(cost(scene, found) - best) < 1e-9);
}

RC_GTEST_PROP(Assign, LosesAndDoublesNoWordAndKeepsTheirOrder, ()) {
  const Scene scene = draw_scene(60, 4);
  const auto segments = assign(scene.chunks, scene.diarization);
  std::vector<std::string> said, written;
  for (const Word& w : scene.words) said.push_back(w.text);
  std::size_t position = 0;
  const auto speakers = speakers_of_words(scene.chunks, scene.diarization);
  Seconds end;
  for (const Segment& segment : segments) {
    RC_ASSERT(!segment.words.empty());
    RC_ASSERT(segment.span.start == segment.words.front().span.start);
    RC_ASSERT(segment.span.end == segment.words.back().span.end);
    RC_ASSERT(segment.span.start >= end);
    RC_ASSERT(segment.span.length() <= AssignOptions{}.longest_segment);
    RC_ASSERT(!segment.label);
    std::string text;
    for (const Word& w : segment.words) {
      written.push_back(w.text);
      text += w.text;
      RC_ASSERT(speakers[position++] == segment.speaker_id);
    }
    RC_ASSERT(segment.text == text.substr(1));
    end = segment.span.end;
  }
  RC_ASSERT(written == said);
}

RC_GTEST_PROP(Assign, GivesWholeSentencesToTheirSpeakersThoughTurnsAreALittleOff, ()) {
  // Speakers take turns sentence by sentence; each turn's borders are up to 0.2 s off.
  const int sentences = *rc::gen::inRange(2, 12);
  std::vector<Chunk> chunks;
  std::vector<Turn> turns;
  std::vector<std::string> truth;
  double time = 1;
  for (int i = 0; i < sentences; ++i) {
    const std::string speaker = i % 2 == 0 ? "A" : "B";
    const std::vector<std::string> texts = {"now", "the", "old", "door", "opens."};
    chunks.push_back(chunk_of(time, 0.4, texts));
    truth.insert(truth.end(), texts.size(), speaker);
    turns.push_back(turn(time, time + 2, speaker));
    time += 2;
  }
  for (std::size_t i = 1; i < turns.size(); ++i) {
    const double off = *rc::gen::inRange(-20, 21) / 100.0;
    turns[i - 1].span.end.value += off;
    turns[i].span.start.value += off;
  }
  RC_ASSERT(speakers_of_words(chunks, in_turn(turns)) == truth);
}

RC_GTEST_PROP(Assign, DoesNotDependOnTheNamesOfSpeakers, ()) {
  Scene scene = draw_scene(25, 3);
  const auto before = speakers_of_words(scene.chunks, scene.diarization);
  for (auto* turns : {&scene.diarization.turns, &scene.diarization.exclusive_turns})
    for (Turn& t : *turns) t.speaker = "Player " + t.speaker;
  const auto after = speakers_of_words(scene.chunks, scene.diarization);
  for (std::size_t i = 0; i < before.size(); ++i) RC_ASSERT(after[i] == "Player " + before[i]);
}

}  // namespace
}  // namespace skald
