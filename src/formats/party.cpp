#include "formats/party.hpp"

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "formats/fields.hpp"
#include "formats/json_position.hpp"

namespace skald {
namespace {

constexpr std::uint64_t largest_party = 4ULL << 20;
constexpr std::size_t most_parties = 1000;
constexpr std::size_t most_people = 200;
constexpr std::size_t most_aliases = 50;
constexpr std::size_t longest_name = 200;     // bytes
constexpr std::size_t longest_text = 100000;  // bytes, of notes and descriptions

// Reads fields and remembers the way to each, for errors.
class Reader {
 public:
  Reader(std::string_view text, std::string_view origin) : text_(text), origin_(origin) {}

  tl::unexpected<Error> error(const std::vector<JsonStep>& steps, std::string_view what) const {
    if (text_.empty())  // a party that another program part hands over: no file to point into
      return fail(ErrorCode::InvalidInput, fmt::format("{}: '{}' {}", origin_, describe_steps(steps), what));
    return error_at(position_of(text_, steps), steps, what);
  }

  tl::unexpected<Error> error_at(const TextPosition& at, const std::vector<JsonStep>& steps,
                                 std::string_view what) const {
    return fail(ErrorCode::InvalidConfig, fmt::format("{}: line {}, column {}: '{}' {}", origin_, at.line,
                                                      at.column, describe_steps(steps), what));
  }

  // A text field; missing and null are empty.
  Result<std::string> text(const Json& object, std::vector<JsonStep> steps, const char* key,
                           std::size_t longest) const {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return std::string{};
    steps.emplace_back(key);
    return text_value(*found, steps, longest);
  }

  Result<std::string> text_value(const Json& value, const std::vector<JsonStep>& steps,
                                 std::size_t longest) const {
    if (!value.is_string()) return error(steps, "must be text");
    const std::string& text = value.get_ref<const std::string&>();
    if (text.size() > longest) return error(steps, fmt::format("is longer than {} bytes", longest));
    return std::string(trim(text));
  }

  Result<Party> party(const Json& json, const std::vector<JsonStep>& steps) const {
    if (!json.is_object())
      return error(steps, "must be a party: {\"party_name\", \"dm_name\", \"characters\"}");
    Party party;
    party.name = TRY(text(json, steps, "party_name", longest_name));
    party.dm_name = TRY(text(json, steps, "dm_name", longest_name));
    party.campaign = TRY(text(json, steps, "campaign", longest_name));
    party.notes = TRY(text(json, steps, "notes", longest_text));
    const auto list = json.find("characters");
    if (list == json.end() || list->is_null()) return party;
    std::vector<JsonStep> here = steps;
    here.emplace_back("characters");
    if (!list->is_array()) return error(here, "must be a list");
    if (list->size() > most_people) return error(here, fmt::format("has more than {} entries", most_people));
    for (std::size_t i = 0; i < list->size(); ++i) {
      here.emplace_back(i);
      party.characters.push_back(TRY(character((*list)[i], here)));
      here.pop_back();
    }
    return party;
  }

 private:
  Result<Character> character(const Json& json, const std::vector<JsonStep>& steps) const {
    if (!json.is_object()) return error(steps, "must be a character: {\"name\", \"player\", ...}");
    Character character;
    character.name = TRY(text(json, steps, "name", longest_name));
    if (character.name.empty()) return error(steps, "needs a 'name'");
    character.player = TRY(text(json, steps, "player", longest_name));
    character.race = TRY(text(json, steps, "race", longest_name));
    character.class_name = TRY(text(json, steps, "class_name", longest_name));
    character.description = TRY(text(json, steps, "description", longest_text));
    const auto aliases = json.find("aliases");
    if (aliases == json.end() || aliases->is_null()) return character;
    std::vector<JsonStep> here = steps;
    here.emplace_back("aliases");
    if (!aliases->is_array()) return error(here, "must be a list of names");
    if (aliases->size() > most_aliases)
      return error(here, fmt::format("has more than {} entries", most_aliases));
    for (std::size_t i = 0; i < aliases->size(); ++i) {
      here.emplace_back(i);
      character.aliases.push_back(TRY(text_value((*aliases)[i], here, longest_name)));
      here.pop_back();
    }
    return character;
  }

  std::string_view text_;
  std::string_view origin_;
};

}  // namespace

Result<std::vector<Party>> parse_parties(std::string_view text, std::string_view origin) {
  const Reader reader(text, origin);
  const Json json = TRY(parse_outside_json(text, origin));
  if (!json.is_object()) return reader.error({}, "must be an object of parties: {\"<id>\": {...}}");
  if (json.size() > most_parties)
    return reader.error({}, fmt::format("holds more than {} parties", most_parties));
  if (const auto doubled = doubled_key(text))
    return reader.error_at(doubled->position, doubled->steps, "stands twice");
  std::vector<Party> parties;
  for (const auto& [id, value] : json.items()) {
    if (id.empty() || id.size() > longest_name || trim(id) != id)
      return reader.error({JsonStep(id)}, "is no usable id");
    Party party = TRY(reader.party(value, {JsonStep(id)}));
    party.id = id;
    if (party.name.empty()) party.name = id;
    parties.push_back(std::move(party));
  }
  return parties;
}

Result<std::vector<Party>> read_parties(const std::filesystem::path& path) {
  const std::string text = TRY(read_file(path, largest_party));
  return parse_parties(text, path.string());
}

Result<Party> parse_party(std::string_view text, std::string_view origin, std::string_view id) {
  const std::string from(origin);
  std::vector<Party> parties = TRY(parse_parties(text, origin));
  if (parties.empty()) return fail(ErrorCode::InvalidConfig, from + ": no party in it");
  if (id.empty() && parties.size() == 1) return std::move(parties.front());
  std::string known;
  for (Party& party : parties) {
    if (!id.empty() && party.id == id) return std::move(party);
    known += (known.empty() ? "" : ", ") + party.id;
  }
  if (id.empty())
    return fail(ErrorCode::InvalidConfig, from + ": several parties: " + known, "Name one of them.");
  return fail(ErrorCode::InvalidConfig, from + ": no party '" + std::string(id) + "'; there are: " + known);
}

Result<Party> read_party(const std::filesystem::path& path, std::string_view id) {
  const std::string text = TRY(read_file(path, largest_party));
  return parse_party(text, path.string(), id);
}

Json to_json(const Party& party) {
  Json characters = Json::array();
  for (const Character& c : party.characters)
    characters.push_back({{"name", c.name},
                          {"player", c.player},
                          {"race", c.race},
                          {"class_name", c.class_name},
                          {"description", c.description},
                          {"aliases", c.aliases}});
  return {{"id", party.id},           {"party_name", party.name},
          {"dm_name", party.dm_name}, {"campaign", party.campaign},
          {"notes", party.notes},     {"characters", std::move(characters)}};
}

Result<Party> party_from_json(const Json& json) {
  const Reader reader({}, "party");
  Party party = TRY(reader.party(json, {}));
  party.id = TRY(reader.text(json, {}, "id", longest_name));
  return party;
}

}  // namespace skald
