#include "engines/e5/dialogue_columns.hpp"

#include <utility>

#include "domain/classify/company.hpp"
#include "domain/classify/roles.hpp"

namespace skald::e5 {

DialogueColumns::DialogueColumns(ModelOptions options, std::span<const classify::Utterance> talk,
                                 const std::optional<Party>& party, std::span<const SpeakerRole> roles)
    : options_(std::move(options)), talk_(talk), roles_(classify::role_of_each(roles, talk)) {
  const classify::Company company(party, roles);
  for (const classify::Utterance& said : talk)
    mentions_.push_back(company.mentions(classify::tokens(said.text), said.speaker));
}

Status DialogueColumns::load() {
  if (model_) return {};
  model_ = TRY(DialogueModel::load(options_));
  windows_ = model_->windows_of(talk_).windows({talk_, roles_, mentions_});
  rows_.resize(windows_.size());
  return {};
}

Result<DialogueColumns::Rows> DialogueColumns::part(std::size_t first, std::size_t count,
                                                    const DialogueModel::Stop& stop) {
  TRY_VOID(load());
  std::vector<std::size_t> touched, missing;
  std::vector<const DialogueWindow*> wanted;
  for (std::size_t w = 0; w < windows_.size(); ++w) {
    const DialogueWindow& window = windows_[w];
    if (window.first >= first + count || window.first + window.places.size() <= first) continue;
    touched.push_back(w);
    if (!rows_[w].empty()) continue;
    missing.push_back(w);
    wanted.push_back(&window);
  }
  auto made = TRY(model_->columns(wanted, stop));
  for (std::size_t i = 0; i < missing.size(); ++i) rows_[missing[i]] = std::move(made[i]);
  Rows part(count);
  for (const std::size_t w : touched)
    for (std::size_t i = 0; i < rows_[w].size(); ++i) {
      const std::size_t segment = windows_[w].first + i;
      if (segment >= first && segment < first + count) part[segment - first] = rows_[w][i];
    }
  return part;
}

}  // namespace skald::e5
