#include "classifier/tables.hpp"

#include <algorithm>
#include <map>

#include "base/files.hpp"
#include "base/text.hpp"
#include "formats/fields.hpp"

namespace skald::training {
namespace {

namespace fs = std::filesystem;

Result<Truth> truth_of(const Json& json) {
  const auto label = classification_from(text_at(json, "label"));
  const auto voice = voice_from(text_at(json, "voice"));
  if (!label || !voice) return fail(ErrorCode::InvalidInput, "no label or voice of the guideline");
  if ((*label == Classification::OOC) != (*voice == Voice::OOC_OTHER))
    return fail(ErrorCode::InvalidInput, "the label and the voice contradict one another");
  return Truth{*label, *voice, text_at(json, "character"), text_at(json, "kind")};
}

void complete_party(Table& table) {
  Party party;
  party.id = party.name = table.name;
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < table.talk.size(); ++i) {
    const auto& said = table.talk[i];
    if (place.emplace(said.speaker, table.told.size()).second) {
      table.told.push_back({said.speaker, said.speaker, said.role, {}, SpeakerRole::Origin::Told, 1});
      if (said.role == Role::DM) party.dm_name = said.speaker;
    }
    if (said.role != Role::Player || table.truth[i].voice != Voice::CHARACTER) continue;
    const auto same = [&](const Character& c) {
      return c.name == table.truth[i].character && c.player == said.speaker;
    };
    if (std::any_of(party.characters.begin(), party.characters.end(), same)) continue;
    party.characters.push_back({table.truth[i].character, said.speaker, {}, {}, {}, {}});
    SpeakerRole& role = table.told[place[said.speaker]];
    if (role.character.empty()) role.character = table.truth[i].character;
  }
  table.party = std::move(party);
}

Result<Table> read_table(const fs::path& file) {
  const std::string text = TRY(read_file(file, 64 << 20));
  Table table;
  table.name = file.stem().string();
  std::map<std::string, int> scenes;
  std::size_t number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    const std::string origin = file.string() + ": line " + std::to_string(number);
    const Json json = TRY(parse_json(line, origin));
    auto truth = truth_of(json);
    const auto role = role_from(text_at(json, "role"));
    if (!truth || !role) return fail(ErrorCode::InvalidInput, origin + ": label, voice or role is wrong");
    const int scene = scenes.emplace(text_at(json, "scene"), static_cast<int>(scenes.size())).first->second;
    table.talk.push_back({text_at(json, "text"), text_at(json, "speaker"), *role, scene});
    table.truth.push_back(std::move(*truth));
    table.language = text_at(json, "lang");
  }
  complete_party(table);
  return table;
}

}  // namespace

Result<std::vector<Table>> read_tables(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  if (files.empty()) return fail(ErrorCode::NotFound, "no labelled tables in '" + folder.string() + "'");
  std::sort(files.begin(), files.end());
  std::vector<Table> tables;
  for (const fs::path& file : files) tables.push_back(TRY(read_table(file)));
  return tables;
}

}  // namespace skald::training
