#include "service/speech/speech_steps.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/files.hpp"
#include "base/text.hpp"
#include "engines/llm/ollama.hpp"
#include "engines/whisper/weights.hpp"
#include "platform/devices/cuda_libraries.hpp"
#include "service/models/models.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

std::uint64_t model_bytes(const fs::path& folder) {
  std::error_code error;
  const std::uint64_t bytes = fs::file_size(folder / "model.bin", error);
  return error ? 0 : bytes;
}

WhisperCandidate candidate(const fs::path& folder) {
  WhisperCandidate made{model_name(folder), model_bytes(folder), {}};
  if (auto shape = read_whisper_shape(folder)) made.shape = *shape;
  return made;
}

bool knows_all(const fs::path& folder, const std::vector<std::string>& languages) {
  const auto known = model_languages(folder);
  return known && std::all_of(languages.begin(), languages.end(), [&](const std::string& language) {
           return std::find(known->begin(), known->end(), language) != known->end();
         });
}

// Installed speech models below a size that know the languages, largest first.
Result<std::vector<fs::path>> smaller_models(std::uint64_t below, const std::vector<std::string>& languages) {
  std::vector<fs::path> folders;
  for (const ModelEntry& model : TRY(list_models()))
    if (model.kind == "speech" && !model.directory.empty()) {
      const std::uint64_t bytes = model_bytes(model.directory);
      if (bytes > 0 && bytes < below && knows_all(model.directory, languages))
        folders.push_back(model.directory);
    }
  std::stable_sort(folders.begin(), folders.end(),
                   [](const fs::path& a, const fs::path& b) { return model_bytes(a) > model_bytes(b); });
  return folders;
}

// What Ollama on this machine holds now; nothing where it does not run.
std::vector<HostedModel> held_by_ollama(const LlmServices& services, const CancelToken& cancel) {
  if (services.ollama.base_url.empty()) return {};
  llm::Ollama host(services.ollama.base_url, &cancel);
  if (host.place() != HostPlace::ThisMachine) return {};
  return host.loaded().value_or(std::vector<HostedModel>());
}

}  // namespace

std::string model_name(const fs::path& folder) {
  return folder.has_filename() ? folder.filename().string() : folder.parent_path().filename().string();
}

std::optional<std::string> visible_setting() {
  const char* set = std::getenv("CUDA_VISIBLE_DEVICES");
  return set == nullptr ? std::nullopt : std::optional<std::string>(set);
}

std::vector<std::string> hidden_cards(const Devices& devices, const std::optional<std::string>& visible) {
  std::vector<std::string> hidden;
  if (!visible) return hidden;
  std::vector<std::string> shown;
  for (const std::string& entry : split(*visible, ',')) {
    const std::string number(trim(entry));
    if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos) break;
    shown.push_back("cuda:" + number);
  }
  for (const GpuState& gpu : devices.gpus)
    if (std::find(shown.begin(), shown.end(), gpu.id) == shown.end()) hidden.push_back(gpu.id);
  return hidden;
}

CardSupport card_support(const Devices& devices, const std::optional<std::string>& visible) {
  if (devices.gpus.empty())
    return {CudaSupport::No, "there is no card" + (devices.no_gpu.empty() ? "" : " (" + devices.no_gpu + ")"),
            "Check the driver with `nvidia-smi`, or use --device auto (INFERENCE_DEVICE=auto)."};
  if (hidden_cards(devices, visible).size() == devices.gpus.size())
    return {CudaSupport::No, "CUDA_VISIBLE_DEVICES='" + *visible + "' hides every card",
            "Unset CUDA_VISIBLE_DEVICES, or name cards in it by their numbers."};
  if (devices.simulated || !find_cublas(library_places()).empty())
    return {CudaSupport::Yes, {}, {}, hidden_cards(devices, visible)};
  return {CudaSupport::No, std::string(kCublas) + " is not installed", std::string(kInstallCublas) + "."};
}

Result<WhisperWish> speech_wish(const SpeechTask& task, const LlmServices& services,
                                const CardSupport& support, const CancelToken& cancel) {
  WhisperWish wish;
  wish.limit = task.memory_limit;
  if (task.beam > 0) wish.beam = task.beam;
  if (task.memory_use == MemoryUse::Least) wish.card_batch = 1;
  if (task.model.empty()) return wish;
  wish.model = candidate(task.model);
  if (task.cpu_batch > 0)
    wish.cpu_batch = task.cpu_batch;
  else if (wish.model.shape)
    wish.cpu_batch = usual_cpu_batch(*wish.model.shape);
  for (const fs::path& folder : TRY(smaller_models(wish.model.model_bytes, task.languages)))
    wish.smaller.push_back(candidate(folder));
  if (task.device == "cpu" || support.cuda == CudaSupport::No) return wish;
  wish.where = WhisperDevices::CardFirst;
  wish.hidden = support.hidden;
  wish.loaded = held_by_ollama(services, cancel);
  wish.unloading = services.unload == OllamaUnload::All ? Unloading::Allowed : Unloading::Forbidden;
  return wish;
}

Status check_card(const SpeechTask& task, const CardSupport& support) {
  if (task.device != "cuda" || support.cuda == CudaSupport::Yes) return {};
  return fail(ErrorCode::Unavailable, "--device cuda: " + support.why_not, support.advice);
}

Result<WhisperShape> read_whisper_shape(const fs::path& model_folder) {
  const MappedFile file = TRY(MappedFile::open(model_folder / "model.bin"));
  const auto weights = TRY(whisper::Weights::parse(file.bytes(), (model_folder / "model.bin").string()));
  WhisperShape shape;
  for (const auto& [name, tensor] : weights.all()) {
    const bool matrix = tensor.shape.size() == 2 && name.find("position") == std::string::npos;
    (matrix ? shape.matrix_parameters : shape.other_parameters) += tensor.elements();
    const auto layer = name.find("/layer_");
    if (layer == std::string::npos) continue;
    int& layers = name.starts_with("encoder") ? shape.encoder_layers : shape.decoder_layers;
    layers = std::max(layers, std::atoi(name.c_str() + layer + 7) + 1);
  }
  if (const auto* embeddings = weights.find("decoder/embeddings/weight"); embeddings != nullptr) {
    shape.vocabulary = static_cast<int>(embeddings->shape.front());
    shape.width = static_cast<int>(embeddings->shape.back());
  }
  if (const auto* sound = weights.find("encoder/conv1/weight"); sound != nullptr && sound->shape.size() == 3)
    shape.mel_bands = static_cast<int>(sound->shape[1]);
  if (shape.width == 0 || shape.encoder_layers == 0 || shape.decoder_layers == 0)
    return fail(ErrorCode::InvalidModel, "'" + model_folder.string() + "' holds no Whisper model");
  shape.heads = shape.width / 64;
  return shape;
}

}  // namespace skald
