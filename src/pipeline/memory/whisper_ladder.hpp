// The named steps from the speech model that was wished to one that runs here: smaller batch, int8, smaller
// model, CPU.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/memory/devices.hpp"
#include "pipeline/memory/ladder.hpp"
#include "pipeline/memory/model_host.hpp"
#include "pipeline/memory/need.hpp"

namespace skald {

enum class WhisperStepKind { AsWished, SmallerBatch, Int8, SmallerModel, Cpu };
/// "as wished", "smaller batch", ...
std::string_view to_string(WhisperStepKind kind);

struct WhisperCandidate {
  std::string name;
  std::uint64_t model_bytes = 0;      // of model.bin
  std::optional<WhisperShape> shape;  // without it the model is not put on a card
};

enum class WhisperDevices { CpuOnly, CardFirst };

struct WhisperWish {
  WhisperCandidate model;
  int cpu_batch = 8;  // chunks at a time
  int card_batch = 16;
  int beam = 1;
  std::vector<WhisperCandidate> smaller;  // in order of preference
  WhisperDevices where = WhisperDevices::CpuOnly;
  std::vector<std::string> hidden = {};        // cards that the user keeps from CUDA
  std::uint64_t limit = 0;                     // bytes of host memory that a step may take; 0: none
  std::vector<HostedModel> loaded = {};        // in Ollama on this machine, now
  Unloading unloading = Unloading::Forbidden;  // of these, before a card is used
};

struct WhisperStep {
  WhisperStepKind kind = WhisperStepKind::AsWished;
  std::string model;
  std::string device;                                      // "cuda:0", "cpu"
  WhisperPrecision precision = WhisperPrecision::Float32;  // on a card
  int batch = 1;
  std::uint64_t needed = 0;
  std::uint64_t available = 0;
  Fit fit = Fit::No;
  std::string text;  // "large-v3 (float16, batch 16) needs 7.4 GiB of cuda:0, 5.1 GiB are available"
  std::vector<std::string> unload = {};  // models of Ollama to unload first
};

/// What CTranslate2 computes efficiently on a card: as precisely as is usual, and in least memory.
struct CardPrecisions {
  WhisperPrecision usual = WhisperPrecision::Float16, least = WhisperPrecision::Int8Float16;
};
CardPrecisions precisions_of(const GpuState& card);

/// All steps in order, those that do not fit too. Never empty. The CPU is among them wherever a card is.
std::vector<WhisperStep> whisper_steps(const WhisperWish& wish, const Devices& devices,
                                       const Reserves& reserves);

/// Index of the first step that fits; nothing where none does.
std::optional<std::size_t> first_that_fits(const std::vector<WhisperStep>& steps);
/// Where nothing fits: the wished model on the CPU in as little memory as it can do with.
std::size_t least_step(const std::vector<WhisperStep>& steps);

}  // namespace skald
