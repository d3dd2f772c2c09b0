// The party file: who sits at the table, and whom they play.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "domain/types.hpp"
#include "formats/json.hpp"

namespace skald {

/// `{<id>: {party_name, dm_name, campaign, notes, characters: [{name, player, race, class_name, description,
/// aliases[]}]}}`. Unknown fields are passed over; anything wrong is an error with line, column and field.
Result<std::vector<Party>> parse_parties(std::string_view text, std::string_view origin);
Result<std::vector<Party>> read_parties(const std::filesystem::path& path);

/// One party of the text: the one called `id`, or without an id the only one. Several and no id: the error
/// lists them.
Result<Party> parse_party(std::string_view text, std::string_view origin, std::string_view id = "");
/// The same, of a file.
Result<Party> read_party(const std::filesystem::path& path, std::string_view id = "");

/// The fields of the party file and `id`: how jobs and results carry a party.
Json to_json(const Party& party);
Result<Party> party_from_json(const Json& json);

/// Names worth telling the recogniser, comma-separated, each once: characters and their aliases, people, the
/// campaign, then names of places and others that the notes and descriptions mention. The most important come
/// first.
std::string hotwords(const Party& party);

}  // namespace skald
