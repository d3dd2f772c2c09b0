// The named steps from the model that was wished to one that runs here, with what each needs and what there
// is.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/memory/devices.hpp"
#include "pipeline/memory/model_host.hpp"
#include "pipeline/memory/need.hpp"

namespace skald {

enum class LlmStepKind { AsWished, UnloadOthers, SmallerContext, PartOnCpu, SmallerModel, Cpu, BuiltIn };
std::string_view to_string(LlmStepKind kind);

enum class Fit { Yes, No, Unknown };  // Unknown: another machine, or a model whose shape is not told

/// One way to run the classification. BuiltIn: the embedded classifier, which always fits.
struct LlmStep {
  LlmStepKind kind = LlmStepKind::BuiltIn;
  std::string model;
  int num_ctx = 0;
  std::optional<int> num_gpu;  // to send to Ollama; absent: its own choice
  std::string device;          // "cuda:0", "cpu", "cuda:0 + cpu"
  std::uint64_t needed = 0;
  std::uint64_t available = 0;
  Fit fit = Fit::Unknown;
  std::string text;  // "llama3:8b needs 12.8 GiB, 9.3 GiB of cuda:0 are free"
};

enum class Unloading { Allowed, Forbidden };  // of models that others loaded into Ollama
enum class LlmDevices { Any, CpuOnly };

struct LlmCandidate {
  std::string model;
  std::uint64_t size = 0;         // on disk
  std::optional<LlmShape> shape;  // absent: estimated from the size
};

struct LlmWish {
  LlmCandidate model;
  LlmSettings settings;
  int least_ctx = 2048;               // below this a batch of segments does not fit
  std::vector<LlmCandidate> smaller;  // in order of preference: the configured one first, then by size
  std::vector<HostedModel> loaded;    // in Ollama now
  Unloading unloading = Unloading::Allowed;
  LlmDevices where = LlmDevices::Any;
  HostPlace place = HostPlace::ThisMachine;
};

/// All steps in order, those that do not fit too, so that a run whose estimate was wrong goes on with the
/// next one. Never empty; ends with BuiltIn.
std::vector<LlmStep> llm_steps(const LlmWish& wish, const Devices& devices, std::uint64_t gpu_reserve,
                               std::uint64_t host_reserve);

/// The first step that fits, or may: what the plan shows.
const LlmStep& chosen_step(const std::vector<LlmStep>& steps);

}  // namespace skald
