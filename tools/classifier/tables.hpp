// The labelled tables of data/classification: what the head is trained and judged on.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/classify/talk.hpp"
#include "domain/types.hpp"

namespace skald::training {

/// What the guideline says about one line.
struct Truth {
  Classification label = Classification::OOC;
  Voice voice = Voice::OOC_OTHER;
  std::string character;
  std::string kind;  // of its scene: casual, story, combat, table; empty: not told
};

/// One table: its lines in spoken order, and the party file that its players would have.
struct Table {
  std::string name;
  std::string language;
  std::vector<classify::Utterance> talk;
  std::vector<Truth> truth;
  std::optional<Party> party;
  std::vector<SpeakerRole> told;  // every speaker, as --map and the party file tell
  std::vector<float> embeddings;  // one row a line, once they are made
};

/// All `*.jsonl` of a folder, sorted by name. The party is made from the lines: who is the DM, and which
/// characters each player speaks as.
Result<std::vector<Table>> read_tables(const std::filesystem::path& folder);

}  // namespace skald::training
