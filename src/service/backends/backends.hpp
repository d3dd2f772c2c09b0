// The backends that this build knows: rows of src/engines/engines.def.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace skald {

enum class BackendKind { Transcriber, Diarizer, Classifier };
enum class BackendPlace { Local, Cloud };

struct BackendInfo {
  BackendKind kind;
  std::string_view name;
  std::string_view worker;
  BackendPlace place;
  std::string_view about;
};

/// What runs where nothing else is named, and stands in where something else failed.
inline constexpr std::string_view kBuiltInTranscriber = "whisper", kBuiltInClassifier = "e5";

const std::vector<BackendInfo>& backends();
std::string_view to_string(BackendKind kind);
/// Fails with the names that are known.
Status check_backend(BackendKind kind, std::string_view name);

enum class ModelSize { AsConfigured, Smaller };  // Smaller: OLLAMA_FALLBACK_MODEL, or the largest that fits
enum class MemoryUse { Usual, Least };           // Least: small batches; all models of Ollama are unloaded

struct Preset {
  std::string_view name;
  std::string_view transcriber, diarizer, classifier;
  std::string_view device;  // cpu; empty: not the preset's choice
  ModelSize size = ModelSize::AsConfigured;
  MemoryUse memory = MemoryUse::Usual;
};
/// Fails with the presets that are known.
Result<Preset> find_preset(std::string_view name);

}  // namespace skald
