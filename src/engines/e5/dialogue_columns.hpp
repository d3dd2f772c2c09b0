// What the network that reads dialogues says of a whole session, part by part.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "engines/e5/dialogue_model.hpp"

namespace skald::e5 {

class DialogueColumns {
 public:
  using Rows = std::vector<classify::Columns>;

  /// `talk` must outlive it. `roles`, of every speaker, and the party say who is who. The network is loaded
  /// when it is first needed.
  DialogueColumns(ModelOptions options, std::span<const classify::Utterance> talk,
                  const std::optional<Party>& party, std::span<const SpeakerRole> roles);

  /// Of segments [first, first + count): each window that holds one of them is computed once, however the
  /// session is cut into parts.
  Result<Rows> part(std::size_t first, std::size_t count, const DialogueModel::Stop& stop);

 private:
  Status load();

  ModelOptions options_;
  std::span<const classify::Utterance> talk_;
  std::vector<Role> roles_;
  std::vector<classify::Mentions> mentions_;
  std::optional<DialogueModel> model_;
  std::vector<DialogueWindow> windows_;
  std::vector<Rows> rows_;  // of each window; empty: not known yet
};

}  // namespace skald::e5
