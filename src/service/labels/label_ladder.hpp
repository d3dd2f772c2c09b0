// Labels by a language model, and what is done when it does not fit or fails: named steps, each told in a
// line, down to the embedded classifier, which has labelled everything before.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/types.hpp"
#include "engines/llm/label_run.hpp"
#include "engines/llm/target.hpp"
#include "formats/results.hpp"
#include "pipeline/memory/ladder.hpp"
#include "pipeline/ports.hpp"

namespace skald {

/// What the ladder stands on; tests put their own in.
struct LadderPorts {
  /// The steps as machine and server are at this moment (src/pipeline/memory/ladder.hpp).
  std::function<Result<std::vector<LlmStep>>()> steps;
  /// Makes room: unloads these models and waits until the memory is back. Says what did not go.
  std::function<Status(const LlmStep& step)> make_room;
  /// Labels the segments `wanted` (indices); what an earlier run got is taken up.
  std::function<llm::LabelRun(const llm::LlmTarget& target, const std::vector<std::size_t>& wanted,
                              const CancelToken& cancel, const std::function<void(double remaining)>& pace)>
      label;
  std::function<void(std::string_view)> tell;  // one line a step
};

struct LadderSettings {
  llm::LlmTarget target;             // as wished
  std::string built_in;              // name of the backend that stands in at last
  double longest_on_cpu = 4 * 3600;  // seconds that a step from the card down to the CPU may take
};

struct LadderOutcome {
  std::vector<std::optional<Label>> labels;  // nothing: the embedded classifier stands in
  std::vector<Fallback> fallbacks;           // where another model than the wished one labelled
};

/// Labels `count` segments. Fails only when cancelled.
Result<LadderOutcome> climb_down(std::size_t count, const LadderSettings& settings, const LadderPorts& ports,
                                 const CancelToken& cancel);

/// "ollama:llama3.1:8b", "groq:openai/gpt-oss-20b"; labels of the wished model name the service alone.
std::string backend_name(const llm::LlmTarget& target);

/// Whether another step can help against a failure, and which.
enum class NextStep { Next, OtherModel, LessContext, BuiltIn };
NextStep next_step(llm::LlmFailure failure);

}  // namespace skald
