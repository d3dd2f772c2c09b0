#include "service/backends/backends.hpp"

#include <array>

namespace skald {
namespace {

constexpr std::array<Preset, 5> kPresets = {
    {{"local", "whisper", "community-1", "ollama", "", ModelSize::Smaller, MemoryUse::Usual},
     {"groq", "groq", "community-1", "groq", "", ModelSize::AsConfigured, MemoryUse::Usual},
     {"mixed", "whisper", "community-1", "groq", "", ModelSize::AsConfigured, MemoryUse::Usual},
     {"cpu", "whisper", "community-1", "ollama", "cpu", ModelSize::AsConfigured, MemoryUse::Usual},
     {"low-memory", "whisper", "community-1", "ollama", "", ModelSize::Smaller, MemoryUse::Least}}};

}  // namespace

const std::vector<BackendInfo>& backends() {
  static const std::vector<BackendInfo> rows = {
#define SKALD_ENGINE(kind, name, worker, place, about) \
  {BackendKind::kind, name, worker, BackendPlace::place, about},
#include "engines/engines.def"
#undef SKALD_ENGINE
  };
  return rows;
}

std::string_view to_string(BackendKind kind) {
  constexpr std::array<std::string_view, 3> names = {"transcriber", "diarizer", "classifier"};
  return names[static_cast<std::size_t>(kind)];
}

Status check_backend(BackendKind kind, std::string_view name) {
  std::string known;
  for (const BackendInfo& row : backends()) {
    if (row.kind != kind) continue;
    if (row.name == name) return {};
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  return fail(ErrorCode::Usage,
              "there is no " + std::string(to_string(kind)) + " '" + std::string(name) + "'",
              "Known: " + known + ".");
}

Result<Preset> find_preset(std::string_view name) {
  std::string known;
  for (const Preset& preset : kPresets) {
    if (preset.name == name) return preset;
    known += (known.empty() ? "" : ", ") + std::string(preset.name);
  }
  return fail(ErrorCode::Usage, "there is no preset '" + std::string(name) + "'", "Known: " + known + ".");
}

}  // namespace skald
