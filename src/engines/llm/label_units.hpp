// Labels that are there already: finished batches of a job on disk.
#pragma once
#include <cstddef>
#include <filesystem>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engines/llm/label_run.hpp"
#include "engines/llm/prompt.hpp"

namespace skald::llm {

/// What tells one job from another: a hash of its segments, party, roles and context. Which segments are
/// wanted, and how they are cut, does not count.
std::string job_identity(const LlmJob& job);

class LabelUnits {
 public:
  /// Reads what earlier runs of the same job left, whichever way they cut it. Files of other jobs and damaged
  /// ones count as missing.
  LabelUnits(std::filesystem::path folder, const LlmJob& job);

  std::vector<std::optional<Label>>& labels() { return labels_; }
  /// Begins to write the labels of a batch, whole or not at all: on the disk while the next answer is waited
  /// for. Tells how the writing before it ended.
  Status write(const Batch& batch);
  /// Waits until the last of them is on the disk.
  Status settle();

 private:
  std::filesystem::path folder_;
  std::string identity_;
  std::vector<std::optional<Label>> labels_;
  std::map<std::size_t, std::size_t> ends_;  // of the files read, by first segment
  std::future<Status> writing_;
};

}  // namespace skald::llm
