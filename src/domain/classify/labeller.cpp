#include "domain/classify/labeller.hpp"

#include <algorithm>
#include <cmath>

#include "domain/classify/company.hpp"

namespace skald::classify {
namespace {

constexpr std::array kClassifications = {Classification::IC, Classification::OOC, Classification::MIXED};
constexpr std::array kVoices = {Voice::CHARACTER, Voice::DM_NARRATION, Voice::NPC_DIALOGUE};

constexpr double kLeast = 1e-12;  // a probability that is no less, before its logarithm

void add(Columns& sum, const Columns& more, float share = 1) {
  for (std::size_t c = 0; c < kColumns; ++c) sum[c] += share * more[c];
}

std::size_t best(const Probabilities& p) {
  return static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
}

// Which of its reasons speaks most for the label that was chosen against the next best one.
// `share` is that of the head in `all`.
std::string reason(const Columns& own, const Columns& all, const Probabilities& p, double share) {
  const std::size_t chosen = best(p);
  std::size_t other = chosen == 0 ? 1 : 0;
  for (std::size_t k = 0; k < 3; ++k)
    if (k != chosen && p[k] > p[other]) other = k;
  const float by_words = static_cast<float>(share) * (own[chosen] - own[other]);
  const float by_rest = all[chosen] - all[other] - by_words;
  if (all[chosen] < all[other]) return "the talk before and after it";
  if (by_words <= 0) return "who speaks and what is said around it";
  return by_words >= by_rest ? "its words" : "its words, who speaks and what is said around it";
}

// Both readers' log-probabilities of a question, added up by their shares.
void blend(Columns& row, const Columns& other, double share) {
  for (const Question question : {kLabel, kVoice}) {
    const auto mine = softmax(row, question), theirs = softmax(other, question);
    for (std::size_t k = 0; k < question.count; ++k)
      row[question.first + k] = static_cast<float>((1 - share) * std::log(std::max(mine[k], kLeast)) +
                                                   share * std::log(std::max(theirs[k], kLeast)));
  }
}

// How rows become labels.
struct Rules {
  const LabelChain& chain;
  double share;  // of the head's votes in the rows
  Context context;
};

std::vector<Label> labels_of(const Session& session, std::span<const SpeakerRole> roles,
                             std::span<const Columns> rows, const Rules& rules) {
  const auto& talk = session.talk;
  const Company company(session.party, roles);
  const auto probabilities = label_probabilities(rules.chain, talk, rows, rules.context);
  std::vector<Label> labels;
  for (std::size_t i = 0; i < talk.size(); ++i) {
    const Probabilities p = calibrate(rules.chain, probabilities[i]);
    Label label;
    label.classification = kClassifications[best(p)];
    label.confidence = p[best(p)];
    label.reasoning = reason(session.votes[i].own, rows[i], p, rules.share);
    if (label.classification != Classification::OOC) {
      label.voice = kVoices[best(softmax(rows[i], kVoice))];
      const auto words = tokens(talk[i].text);
      if (label.voice == Voice::CHARACTER) label.character = company.character(words, talk[i].speaker);
      if (label.voice == Voice::NPC_DIALOGUE) label.character = company.announced(words);
    }
    labels.push_back(std::move(label));
  }
  return labels;
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

std::vector<Probabilities> label_probabilities(const LabelChain& chain, std::span<const Utterance> talk,
                                               std::span<const Columns> rows, Context context) {
  std::vector<Probabilities> own;
  for (const Columns& row : rows) own.push_back(softmax(row, kLabel));
  return context == Context::None ? own : smooth(talk, own, chain.flow);
}

std::vector<SpeakerRole> session_roles(const Head& head, const Session& session, Context context) {
  auto roles = told_roles(session.party, session.told, session.talk);
  std::vector<double> evidence;
  evidence.reserve(session.talk.size());
  for (const Columns& row : scores(head, session, roles, context))
    evidence.push_back(row[kDM] - row[kPlayer]);
  guess_roles(roles, session.talk, evidence);
  return roles;
}

Labelled label_session(const Head& head, const Session& session, Context context) {
  Labelled result;
  result.roles = session_roles(head, session, context);
  const auto rows = scores(head, session, result.roles, context);
  result.labels = labels_of(session, result.roles, rows, {head.chain, 1, context});
  return result;
}

std::vector<Label> label_by_both(const Head& head, const Session& session, std::span<const SpeakerRole> roles,
                                 const SecondReader& second) {
  auto rows = scores(head, session, roles, Context::Around);
  for (std::size_t i = 0; i < rows.size(); ++i) blend(rows[i], second.columns[i], second.share);
  return labels_of(session, roles, rows, {second.chain, 1 - second.share, Context::Around});
}

}  // namespace skald::classify
