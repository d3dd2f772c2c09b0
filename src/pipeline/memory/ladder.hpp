// The named steps from the language model that was wished to one that runs here, with what each needs and
// what there is.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/memory/devices.hpp"
#include "pipeline/memory/llm_need.hpp"
#include "pipeline/memory/model_host.hpp"

namespace skald {

enum class LlmStepKind { AsWished, UnloadOthers, SmallerContext, PartOnCpu, SmallerModel, Cpu, BuiltIn };
/// "as wished", "unload others", ...
std::string_view to_string(LlmStepKind kind);

enum class Fit { Yes, No, Unknown };  // Unknown: another machine, whose memory cannot be seen

/// One way to run the classification. BuiltIn: the embedded classifier, which always fits.
struct LlmStep {
  LlmStepKind kind = LlmStepKind::BuiltIn;
  std::string model;           // empty: BuiltIn
  int num_ctx = 0;             // to send to Ollama
  std::optional<int> num_gpu;  // to send to Ollama; absent: its own choice
  std::string device;          // "cuda:0", "cpu", "cuda:0 + cpu", "another machine"
  std::uint64_t needed = 0;    // of the card, where there is one in it; else of the host
  std::uint64_t available = 0;
  Fit fit = Fit::Unknown;
  std::vector<std::string> unload;  // models to unload first
  std::string text;                 // "llama3:8b needs 12.8 GiB of cuda:0, 9.3 GiB are available"
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
  int least_ctx = 2048;               // below this a batch of segments has no room
  std::vector<LlmCandidate> smaller;  // the configured one first, then by size, largest first
  std::vector<HostedModel> loaded;    // in Ollama now
  Unloading unloading = Unloading::Allowed;
  LlmDevices where = LlmDevices::Any;
  HostPlace place = HostPlace::ThisMachine;
};

/// All steps in order, those that do not fit too, so that a run whose estimate was wrong goes on with the
/// next one. Never empty; ends with BuiltIn. `reserves`: bytes of card and host to leave alone.
struct Reserves {
  std::uint64_t gpu = 0, host = 0;
};
std::vector<LlmStep> llm_steps(const LlmWish& wish, const Devices& devices, const Reserves& reserves);

/// Whether a model would run whole on the fastest device that Skald may use.
struct ModelFit {
  std::string model;
  std::uint64_t needed = 0;
  Fit now = Fit::Unknown;
  Fit after_unloading = Fit::Unknown;  // of the other models that are loaded
};
/// For each model that the host has installed, largest first. A model that tells no shape is judged by its
/// size.
Result<std::vector<ModelFit>> model_fits(ModelHost& host, const LlmSettings& settings, LlmDevices where,
                                         const Devices& devices, const Reserves& reserves);

/// Index of the first step that fits, or may.
std::size_t first_that_fits(const std::vector<LlmStep>& steps);

}  // namespace skald
