// A short evening at an invented table: every kind of label, Dutch and English, overlap, an unknown speaker.
#pragma once
#include "formats/results.hpp"

namespace skald {

inline std::vector<Word> words_of(double start, double length, const std::vector<std::string>& texts) {
  std::vector<Word> words;
  for (const std::string& text : texts) {
    words.push_back({{{start}, {start + length}}, " " + text, 0.9375});
    start += length;
  }
  return words;
}

inline Segment spoken(double start, double end, std::string id, std::string name, std::string text) {
  Segment segment;
  segment.span = {{start}, {end}};
  segment.text = std::move(text);
  segment.speaker_id = std::move(id);
  segment.speaker_name = std::move(name);
  segment.language = "en";
  return segment;
}

inline Label label(Classification classification, Voice voice, double confidence,
                   std::string character = "") {
  return {classification, voice, confidence, std::move(character), "by its words", "e5"};
}

inline Party table() {
  Party party;
  party.id = "tuesday";
  party.name = "The Tuesday Table";
  party.dm_name = "Rowan";
  party.campaign = "The Drowned Bell";
  party.notes = "They travel to Harrowmere.";
  party.characters = {{"Vessarine", "Hanna", "Elf", "Ranger", "", {"Vess"}},
                      {"Korbo", "Gil", "Dwarf", "Cleric", "Loud.", {}}};
  return party;
}

inline SessionResult evening() {
  SessionResult result;
  result.session_id = "Evening 7";
  result.input_file = "evening 7.mp3";
  result.campaign_id = "bell";
  result.party = table();
  result.duration = {3725.5};
  result.timestamp = "2026-01-31T20:00:00Z";
  result.version = "0.1.0";
  result.models = {{"transcribe", "whisper-base", "1"}, {"classify", "e5-small", "1"}};
  result.roles = {{"SPEAKER_00", "Rowan", Role::DM, "", SpeakerRole::Origin::Told, 0},
                  {"SPEAKER_01", "Hanna", Role::Player, "Vessarine", SpeakerRole::Origin::Guessed, 0.8125}};
  Segment narration = spoken(1.25, 4.5, "SPEAKER_00", "Rowan", "The bell tolls under the water, twice.");
  narration.words = words_of(1.25, 0.45, {"The", "bell", "tolls", "under", "the", "water,", "twice."});
  narration.label = label(Classification::IC, Voice::DM_NARRATION, 0.96875);
  Segment voice = spoken(4.5, 6, "SPEAKER_01", "Hanna", "I draw my bow. \"Who goes there?\"");
  voice.overlap = Overlap::Yes;
  voice.label = label(Classification::IC, Voice::CHARACTER, 0.75, "Vessarine");
  Segment mixed = spoken(6, 8.125, "SPEAKER_01", "Hanna", "Ik schiet, ehm, dat is een 17 <b>&</b> --> raak");
  mixed.language = "nl";
  mixed.label = label(Classification::MIXED, Voice::CHARACTER, 0.5, "Vessarine");
  Segment keeper = spoken(60, 62, "SPEAKER_00", "Rowan", "Closed, says the innkeeper. Go away!");
  keeper.label = label(Classification::IC, Voice::NPC_DIALOGUE, 0.875, "The Innkeeper");
  Segment pizza = spoken(3661.75, 3664, "UNKNOWN", "UNKNOWN", "Pizza is here.");
  pizza.label = label(Classification::OOC, Voice::OOC_OTHER, 1);
  result.segments = {narration, voice, mixed, keeper, pizza};
  result.diarization.turns = {
      {{{1.25}, {4.5}}, "SPEAKER_00"}, {{{4.2504}, {8.125}}, "SPEAKER_01"}, {{{60}, {62}}, "SPEAKER_00"}};
  result.fallbacks = {{"classify", "ollama", "e5", "Ollama did not answer"}};
  return result;
}

}  // namespace skald
