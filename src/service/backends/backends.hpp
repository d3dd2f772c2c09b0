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

const std::vector<BackendInfo>& backends();
std::string_view to_string(BackendKind kind);
/// Fails with the names that are known.
Status check_backend(BackendKind kind, std::string_view name);

struct Preset {
  std::string_view name;
  std::string_view transcriber, diarizer, classifier;
};
/// Fails with the presets that are known.
Result<Preset> find_preset(std::string_view name);

}  // namespace skald
