#include "domain/types.hpp"

#include <algorithm>

#include "base/names.hpp"

namespace skald {
namespace {

constexpr Names<Classification, 3> classifications = {
    {{Classification::IC, "IC"}, {Classification::OOC, "OOC"}, {Classification::MIXED, "MIXED"}}};
constexpr Names<Voice, 4> voices = {{{Voice::CHARACTER, "CHARACTER"},
                                     {Voice::DM_NARRATION, "DM_NARRATION"},
                                     {Voice::NPC_DIALOGUE, "NPC_DIALOGUE"},
                                     {Voice::OOC_OTHER, "OOC_OTHER"}}};
constexpr Names<Role, 3> roles = {{{Role::Unknown, "UNKNOWN"}, {Role::DM, "DM"}, {Role::Player, "PLAYER"}}};

}  // namespace

std::vector<std::string> Party::people() const {
  std::vector<std::string> names;
  if (!dm_name.empty()) names.push_back(dm_name);
  for (const Character& c : characters)
    if (!c.player.empty() && std::find(names.begin(), names.end(), c.player) == names.end())
      names.push_back(c.player);
  return names;
}

std::string_view to_string(Classification c) {
  return find_name(classifications, c);
}
std::string_view to_string(Voice v) {
  return find_name(voices, v);
}
std::string_view to_string(Role r) {
  return find_name(roles, r);
}
std::optional<Classification> classification_from(std::string_view text) {
  return find_value(classifications, text);
}
std::optional<Voice> voice_from(std::string_view text) {
  if (text == "OOC") return Voice::OOC_OTHER;  // the guideline's word
  return find_value(voices, text);
}
std::optional<Role> role_from(std::string_view text) {
  return find_value(roles, text);
}

}  // namespace skald
