// What Skald talks about: words, chunks, turns, segments, labels, the party at the table.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.hpp"

namespace skald {

/// A recognised word. `text` keeps the recogniser's leading space (" hello"), so that joining words gives the
/// text.
struct Word {
  Span span;
  std::string text;
  double probability = 0;
};

/// A piece of speech of at most 30 s that was recognised at once.
struct Chunk {
  Span span;
  std::string language;  // ISO 639-1
  double language_probability = 0;
  double no_speech_probability = 0;
  double average_log_probability = 0;
  double temperature = 0;
  std::vector<Word> words;
};

/// One stretch of one speaker. Turns of different speakers may overlap.
struct Turn {
  Span span;
  std::string speaker;  // "SPEAKER_00", or a player's name for one track per player
};

/// What diarization tells.
struct Diarization {
  std::vector<Turn> turns;            // sorted by start, overlaps included
  std::vector<Turn> exclusive_turns;  // at most one speaker at a time
  std::vector<Span> speech;           // where anybody speaks
  std::vector<Span> overlaps;         // where two or more speak
};

enum class Classification { IC, OOC, MIXED };
enum class Voice { CHARACTER, DM_NARRATION, NPC_DIALOGUE, OOC_OTHER };
enum class Role { Unknown, DM, Player };
enum class Overlap { No, Yes };

struct Label {
  Classification classification = Classification::OOC;
  Voice voice = Voice::OOC_OTHER;
  double confidence = 0;  // calibrated probability of `classification`, 0 to 1
  std::string character;  // empty: none
  std::string reasoning;  // a few plain words
  std::string backend;    // which backend made the label; never empty in stored data
};

inline constexpr std::string_view kNobody = "UNKNOWN";  // speaker: a voice that could not be told from others

struct Segment {
  Span span;
  std::string text;
  std::string speaker_id;    // "SPEAKER_00"; "UNKNOWN" where nobody could be named
  std::string speaker_name;  // the person, where known; else the id
  std::string language;
  Overlap overlap = Overlap::No;
  std::vector<Word> words;
  std::optional<Label> label;
};

struct Character {
  std::string name;
  std::string player;
  std::string race;
  std::string class_name;
  std::string description;
  std::vector<std::string> aliases;
};

struct Party {
  std::string id;
  std::string name;
  std::string dm_name;
  std::string campaign;
  std::string notes;
  std::vector<Character> characters;

  /// People at the table: the players and, where named, the DM.
  std::vector<std::string> people() const;
};

/// A speaker of the recording and whom he or she is taken to be.
struct SpeakerRole {
  std::string speaker_id;
  std::string name;  // empty: unknown
  Role role = Role::Unknown;
  std::string character;
  enum class Origin { Told, Guessed } origin = Origin::Guessed;
  double confidence = 0;  // of a guess
};

std::string_view to_string(Classification c);
std::string_view to_string(Voice v);
std::string_view to_string(Role r);
std::optional<Classification> classification_from(std::string_view text);
std::optional<Voice> voice_from(std::string_view text);
std::optional<Role> role_from(std::string_view text);

}  // namespace skald
