#include "domain/classify/labeller.hpp"

#include <algorithm>
#include <cmath>

#include "domain/classify/company.hpp"

namespace skald::classify {
namespace {

constexpr std::array kClassifications = {Classification::IC, Classification::OOC, Classification::MIXED};
constexpr std::array kVoices = {Voice::CHARACTER, Voice::DM_NARRATION, Voice::NPC_DIALOGUE};

void add(Columns& sum, const Columns& more, float share = 1) {
  for (std::size_t c = 0; c < kColumns; ++c) sum[c] += share * more[c];
}

std::size_t best(const Probabilities& p) {
  return static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
}

// Which of its reasons speaks most for the label that was chosen against the next best one.
std::string reason(const Columns& own, const Columns& all, const Probabilities& p) {
  const std::size_t chosen = best(p);
  std::size_t other = chosen == 0 ? 1 : 0;
  for (std::size_t k = 0; k < 3; ++k)
    if (k != chosen && p[k] > p[other]) other = k;
  const float by_words = own[chosen] - own[other];
  const float by_rest = all[chosen] - all[other] - by_words;
  if (all[chosen] < all[other]) return "the talk before and after it";
  if (by_words <= 0) return "who speaks and what is said around it";
  return by_words >= by_rest ? "its words" : "its words, who speaks and what is said around it";
}

}  // namespace

std::vector<Columns> scores(const Head& head, const Session& session, std::span<const SpeakerRole> roles,
                            Context context) {
  const auto& talk = session.talk;
  const Company company(session.party, roles);
  const auto role = role_of_each(roles, talk);
  std::vector<Columns> rows(talk.size(), head.bias);
  for (std::size_t i = 0; i < talk.size(); ++i) {
    add(rows[i], session.votes[i].own);
    const auto mentions = company.mentions(tokens(talk[i].text), talk[i].speaker);
    const Surface s = surface(talk, i, role, mentions, context);
    for (std::size_t e = 0; e < kSurface; ++e) add(rows[i], head.surface[e], s[e]);
    if (context == Context::None || i == 0 || talk[i - 1].scene != talk[i].scene) continue;
    add(rows[i], session.votes[i - 1].for_next);
    add(rows[i - 1], session.votes[i].for_previous);
  }
  return rows;
}

std::vector<Probabilities> label_probabilities(const Head& head, std::span<const Utterance> talk,
                                               std::span<const Columns> rows, Context context) {
  std::vector<Probabilities> own;
  for (const Columns& row : rows) own.push_back(softmax(row, kLabel));
  return context == Context::None ? own : smooth(talk, own, head.flow);
}

Probabilities calibrate(const Head& head, const Probabilities& p) {
  constexpr double least = 1e-12;
  Probabilities z{};
  for (std::size_t k = 0; k < 3; ++k) z[k] = head.slope[k] * std::log(std::max(p[k], least)) + head.offset[k];
  const double largest = *std::max_element(z.begin(), z.end());
  double sum = 0;
  for (double& value : z) sum += value = std::exp(value - largest);
  for (double& value : z) value /= sum;
  return z;
}

Labelled label_session(const Head& head, const Session& session, Context context) {
  Labelled result;
  const auto& talk = session.talk;
  result.roles = told_roles(session.party, session.told, talk);
  std::vector<Columns> rows = scores(head, session, result.roles, context);
  std::vector<double> evidence;
  evidence.reserve(rows.size());
  for (const Columns& row : rows) evidence.push_back(row[kDM] - row[kPlayer]);
  guess_roles(result.roles, talk, evidence);
  rows = scores(head, session, result.roles, context);

  const Company company(session.party, result.roles);
  const auto probabilities = label_probabilities(head, talk, rows, context);
  for (std::size_t i = 0; i < talk.size(); ++i) {
    const Probabilities p = calibrate(head, probabilities[i]);
    Label label;
    label.classification = kClassifications[best(p)];
    label.confidence = p[best(p)];
    label.reasoning = reason(session.votes[i].own, rows[i], p);
    if (label.classification != Classification::OOC) {
      label.voice = kVoices[best(softmax(rows[i], kVoice))];
      const auto words = tokens(talk[i].text);
      if (label.voice == Voice::CHARACTER) label.character = company.character(words, talk[i].speaker);
      if (label.voice == Voice::NPC_DIALOGUE) label.character = company.announced(words);
    }
    result.labels.push_back(std::move(label));
  }
  return result;
}

}  // namespace skald::classify
