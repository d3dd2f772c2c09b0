// Which ways to transcribe this machine leaves: what the recogniser wishes, and whether it may use a card.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/memory/whisper_ladder.hpp"
#include "pipeline/ports.hpp"
#include "service/backends/backends.hpp"
#include "service/settings/llm_services.hpp"

namespace skald {

/// What a run asks of the transcription on this machine.
struct SpeechTask {
  std::filesystem::path model;  // folder
  std::vector<std::string> languages;
  std::string device = "auto";  // --device
  int beam = 0;
  int cpu_batch = 0;               // 0: the worker's own choice
  std::uint64_t memory_limit = 0;  // bytes of the machine's memory; 0: none
  MemoryUse memory_use = MemoryUse::Usual;
};

enum class CudaSupport { No, Yes };

/// Whether the recogniser could use the cards that there are.
struct CardSupport {
  CudaSupport cuda = CudaSupport::No;
  std::string
      why_not;  // "there is no card (no NVIDIA driver is installed)", "libcublas.so.12 is not installed"
  std::string advice;
  std::vector<std::string> hidden = {};  // cards that CUDA_VISIBLE_DEVICES leaves out
};
/// A simulated card counts as one that could be used. `visible`: what CUDA_VISIBLE_DEVICES says; nothing: it
/// is not set.
CardSupport card_support(const Devices& devices, const std::optional<std::string>& visible);

/// CUDA_VISIBLE_DEVICES.
std::optional<std::string> visible_setting();
/// Ids of the cards that CUDA_VISIBLE_DEVICES leaves out: cards by number, up to the first entry that is
/// none.
std::vector<std::string> hidden_cards(const Devices& devices, const std::optional<std::string>& visible);

/// Fails where the list of installed models cannot be read. Looks at Ollama on this machine where a card may
/// be used.
Result<WhisperWish> speech_wish(const SpeechTask& task, const LlmServices& services,
                                const CardSupport& support, const CancelToken& cancel);

/// Unavailable, with what to do, where --device cuda asks for a card that cannot be had.
Status check_card(const SpeechTask& task, const CardSupport& support);

/// Sizes of a CTranslate2 model, from the list of arrays in its model.bin.
Result<WhisperShape> read_whisper_shape(const std::filesystem::path& model_folder);

/// The last part of a model's path.
std::string model_name(const std::filesystem::path& folder);

}  // namespace skald
