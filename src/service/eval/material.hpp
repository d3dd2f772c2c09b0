// One side of an evaluation: what files tell about a recording.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/types.hpp"

namespace skald {

struct Material {
  std::vector<Segment> segments;
  std::vector<Turn> turns;
  std::vector<Span> unscored;
  std::vector<Span> no_speech;
  std::vector<std::string> files;  // that were read

  bool has_words() const;     // any text
  bool has_times() const;     // of the text
  bool has_speakers() const;  // of the text
  bool has_labels() const;
};

/// Reads files about one recording, told apart by their endings: .rttm, .stm, .jsonl, .json, .srt, .vtt,
/// .txt. A folder stands for its `_data.json` and .rttm, else for its truth.json, else for the one .rttm,
/// .stm, .words.json and .jsonl in it. Where several files tell the same thing, the first one counts; turns
/// of an RTTM count before all others.
Result<Material> read_material(const std::vector<std::filesystem::path>& paths);

}  // namespace skald
