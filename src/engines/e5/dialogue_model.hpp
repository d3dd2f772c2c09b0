// The network that labels dialogues: e5-small (Wang et al. 2024), trained on whole dialogues, in OpenVINO.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "engines/e5/dialogue_windows.hpp"

namespace skald::e5 {

struct ModelOptions {
  std::filesystem::path package;  // words, their embeddings, and positions: e5-small's packed file
  std::filesystem::path weights;  // dialogue.bin
  unsigned threads = 2;
};

class DialogueModel {
 public:
  /// InvalidModel where a file is missing or damaged, or where the two do not belong together.
  static Result<DialogueModel> load(const ModelOptions& options);
  DialogueModel(DialogueModel&&) noexcept;
  DialogueModel& operator=(DialogueModel&&) noexcept;
  ~DialogueModel();

  /// Ready to make windows of `talk`, which must outlive it, as must this model.
  WindowMaker windows_of(std::span<const classify::Utterance> talk) const;

  using Stop = std::function<bool()>;
  /// For each window a row of columns for each of its segments. A window's rows depend on that window only,
  /// whatever the number of threads. f32, except that a processor with instructions for it multiplies
  /// matrices in 8 bits. Cancelled as soon as `stop` says so.
  Result<std::vector<std::vector<classify::Columns>>> columns(
      std::span<const DialogueWindow* const> windows, const Stop& stop = [] { return false; });

 private:
  struct Impl;
  explicit DialogueModel(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace skald::e5
