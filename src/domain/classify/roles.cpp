#include "domain/classify/roles.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "domain/unicode.hpp"

namespace skald::classify {
namespace {

// What one person says is alike: each utterance counts as this share of an independent one.
constexpr double kIndependence = 0.1;
constexpr double kClear = 0.7;  // probability from which a guess is worth showing

bool same(std::string_view a, std::string_view b) {
  return !a.empty() && to_nfkc_lower(a) == to_nfkc_lower(b);
}

void tell_by_party(SpeakerRole& role, const Party& party) {
  const std::string& name = role.name.empty() ? role.speaker_id : role.name;
  if (role.role == Role::Unknown && same(name, party.dm_name)) role.role = Role::DM;
  for (const Character& c : party.characters) {
    if (role.role == Role::DM || (!same(name, c.player) && !same(name, c.name))) continue;
    role.role = Role::Player;
    if (role.character.empty()) role.character = c.name;
    if (role.name.empty() && !c.player.empty()) role.name = c.player;
  }
  if (role.role == Role::Unknown) return;
  if (role.name.empty()) role.name = name;
  role.origin = SpeakerRole::Origin::Told;
  role.confidence = 1;
}

// Probability that each of the unknown speakers leads, given that at most one does.
std::vector<double> leading(const std::vector<SpeakerRole>& roles, std::span<const Utterance> talk,
                            std::span<const double> evidence) {
  std::vector<double> weight(roles.size(), 0);
  for (std::size_t i = 0; i < talk.size(); ++i)
    for (std::size_t r = 0; r < roles.size(); ++r)
      if (roles[r].speaker_id == talk[i].speaker) weight[r] += kIndependence * evidence[i];
  double largest = 0;  // the weight of "nobody leads"
  for (std::size_t r = 0; r < roles.size(); ++r)
    if (roles[r].role == Role::Unknown) largest = std::max(largest, weight[r]);
  double sum = std::exp(-largest);
  for (std::size_t r = 0; r < roles.size(); ++r) {
    weight[r] = roles[r].role == Role::Unknown ? std::exp(weight[r] - largest) : 0;
    sum += weight[r];
  }
  for (double& w : weight) w /= sum;
  return weight;
}

}  // namespace

std::vector<SpeakerRole> told_roles(const std::optional<Party>& party, std::span<const SpeakerRole> told,
                                    std::span<const Utterance> talk) {
  std::vector<SpeakerRole> roles(told.begin(), told.end());
  std::map<std::string, std::size_t> place;
  for (std::size_t r = 0; r < roles.size(); ++r) place.emplace(roles[r].speaker_id, r);
  for (const Utterance& u : talk) {
    const auto [at, is_new] = place.emplace(u.speaker, roles.size());
    if (is_new) roles.push_back({u.speaker, {}, Role::Unknown, {}, SpeakerRole::Origin::Guessed, 0});
    SpeakerRole& role = roles[at->second];
    if (role.role != Role::Unknown || u.role == Role::Unknown) continue;
    role.role = u.role;
    role.origin = SpeakerRole::Origin::Told;
    role.confidence = 1;
  }
  if (party)
    for (SpeakerRole& role : roles) tell_by_party(role, *party);
  return roles;
}

void guess_roles(std::vector<SpeakerRole>& roles, std::span<const Utterance> talk,
                 std::span<const double> evidence) {
  const auto is_dm = [](const SpeakerRole& r) { return r.role == Role::DM; };
  if (std::any_of(roles.begin(), roles.end(), is_dm)) {  // the others play
    for (SpeakerRole& role : roles)
      if (role.role == Role::Unknown && role.speaker_id != kNobody)
        role.role = Role::Player, role.confidence = 1;
    return;
  }
  std::vector<double> leads = leading(roles, talk, evidence);
  for (std::size_t r = 0; r < roles.size(); ++r)
    if (roles[r].speaker_id == kNobody) leads[r] = 0;
  const auto best = std::max_element(leads.begin(), leads.end());
  if (best == leads.end() || *best < kClear) return;
  for (std::size_t r = 0; r < roles.size(); ++r) {
    if (roles[r].role != Role::Unknown || roles[r].speaker_id == kNobody) continue;
    const bool is_best = leads.begin() + static_cast<std::ptrdiff_t>(r) == best;
    roles[r].role = is_best ? Role::DM : Role::Player;
    roles[r].confidence = is_best ? leads[r] : 1 - leads[r];
    roles[r].origin = SpeakerRole::Origin::Guessed;
  }
}

std::vector<Role> role_of_each(std::span<const SpeakerRole> roles, std::span<const Utterance> talk) {
  std::map<std::string_view, Role> known;
  for (const SpeakerRole& role : roles) known.emplace(role.speaker_id, role.role);
  std::vector<Role> each;
  for (const Utterance& u : talk) {
    const auto at = known.find(u.speaker);
    each.push_back(at == known.end() ? Role::Unknown : at->second);
  }
  return each;
}

}  // namespace skald::classify
