#include "service/plan/wish.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/text.hpp"
#include "service/backends/backends.hpp"
#include "service/models/models.hpp"
#include "service/settings/presets.hpp"

namespace skald {
namespace {

struct Field {
  std::string_view name;
  std::string RunWish::* value;
};
constexpr std::array<Field, 9> kFields = {{{"preset", &RunWish::preset},
                                           {"transcriber", &RunWish::transcriber},
                                           {"diarizer", &RunWish::diarizer},
                                           {"classifier", &RunWish::classifier},
                                           {"device", &RunWish::device},
                                           {"language", &RunWish::language},
                                           {"model", &RunWish::model},
                                           {"from", &RunWish::from},
                                           {"until", &RunWish::until}}};

Result<bool> knows_model(const std::string& name) {
  const auto models = TRY(list_models());
  return std::any_of(models.begin(), models.end(), [&](const ModelEntry& model) {
    return model.kind == "speech" && (model.name == name || model.name == "whisper-" + name);
  });
}

Status check_model_name(const std::string& name) {
  if (name.empty() || TRY(knows_model(name))) return {};
  return fail(ErrorCode::Usage, "there is no speech model '" + name + "'",
              "`skald models list` shows which there are.");
}

Status check_device(const std::string& device) {
  if (device.empty() || device == "cpu" || device == "cuda" || device == "auto") return {};
  return fail(ErrorCode::Usage, "there is no device '" + device + "'", "Known: cpu, cuda, auto.");
}

bool is_outside(BackendKind kind, std::string_view name) {
  return std::any_of(backends().begin(), backends().end(), [&](const BackendInfo& row) {
    return row.kind == kind && row.name == name && row.place == BackendPlace::Cloud;
  });
}

// Settings may name a service for the command line, where the user sees each run begin.
void stay_here(const RunWish& wish, const std::optional<Preset>& preset, ProcessOptions& options) {
  const bool speech_named =
      !wish.transcriber.empty() || (preset && preset->transcriber == options.transcriber);
  if (!speech_named && is_outside(BackendKind::Transcriber, options.transcriber))
    options.transcriber = kBuiltInTranscriber;
  const bool labels_named = !wish.classifier.empty() || (preset && preset->classifier == options.classifier);
  if (!labels_named && is_outside(BackendKind::Classifier, options.classifier))
    options.classifier = kBuiltInClassifier;
}

}  // namespace

Result<RunWish> wish_from_json(const Json& json) {
  RunWish wish;
  if (json.is_null()) return wish;
  if (!json.is_object()) return fail(ErrorCode::Usage, "'options' must be an object");
  for (const auto& [name, value] : json.items()) {
    const auto field = std::find_if(kFields.begin(), kFields.end(),
                                    [&, &key = name](const Field& f) { return f.name == key; });
    if (value.is_null()) continue;
    if (field != kFields.end() && value.is_string())
      wish.*field->value = value.get<std::string>();
    else if (name == "speakers" && value.is_number_integer() && value >= 1 && value <= 32)
      wish.speakers = value.get<int>();
    else
      return fail(
          ErrorCode::Usage, "the option '" + name + "' is not known, or its value is not usable",
          "Known: language, preset, model, transcriber, diarizer, classifier, device, from, until as text; "
          "speakers from 1 to 32.");
  }
  return wish;
}

Json to_json(const RunWish& wish) {
  Json json = Json::object();
  for (const Field& field : kFields)
    if (!(wish.*field.value).empty()) json[std::string(field.name)] = wish.*field.value;
  if (wish.speakers) json["speakers"] = *wish.speakers;
  return json;
}

RunWish wish_of_run(const Json& details) {
  RunWish wish;
  const auto list = [&](std::string_view field) {
    return details.is_object() && details.contains(field) && details.at(field).is_array() ? details.at(field)
                                                                                          : Json::array();
  };
  const auto text = [](const Json& value) {
    return value.is_string() ? value.get<std::string>() : std::string();
  };
  if (const Json backends = list("backends"); backends.size() == 3) {
    wish.transcriber = text(backends[0]);
    wish.diarizer = text(backends[1]);
    wish.classifier = text(backends[2]);
  }
  if (const Json languages = list("languages"); !languages.empty())
    wish.language = languages.size() > 1 ? "auto" : text(languages[0]);
  if (const Json speakers = list("speakers");
      !speakers.empty() && speakers[0].is_number_integer() && speakers[0] > 0)
    wish.speakers = speakers[0].get<int>();
  const std::string model =
      std::filesystem::path(get_or(details, "model", std::string())).filename().string();
  if (knows_model(model).value_or(false)) wish.model = model;
  return wish;
}

RunWish over(RunWish wish, const RunWish& before) {
  const bool preset = !wish.preset.empty();  // names backends and models itself
  if (!preset && wish.transcriber.empty() && !is_outside(BackendKind::Transcriber, before.transcriber))
    wish.transcriber = before.transcriber;
  if (!preset && wish.diarizer.empty()) wish.diarizer = before.diarizer;
  if (!preset && wish.classifier.empty() && !is_outside(BackendKind::Classifier, before.classifier))
    wish.classifier = before.classifier;
  if (!preset && wish.model.empty()) wish.model = before.model;
  if (wish.language.empty()) wish.language = before.language;
  if (!wish.speakers) wish.speakers = before.speakers;
  return wish;
}

Result<ProcessOptions> options_of(const RunWish& wish) {
  TRY_VOID(check_model_name(wish.model));
  TRY_VOID(check_device(wish.device));
  ProcessOptions options;
  options.transcriber = wish.transcriber;
  options.diarizer = wish.diarizer;
  options.classifier = wish.classifier;
  options.device = wish.device;
  options.model = wish.model;
  options.speakers = wish.speakers;
  TRY_VOID(choose_stage(options.from, wish.from, "from"));
  TRY_VOID(choose_stage(options.until, wish.until, "until"));
  const Settings settings = TRY(Settings::load());
  std::optional<Preset> preset;
  if (!wish.preset.empty()) preset = TRY(chosen_preset(wish.preset, settings));
  if (preset) choose_backends(*preset, options);
  TRY_VOID(apply(settings, options));
  if (preset) choose_models(*preset, options);
  const std::string language =
      !wish.language.empty() ? wish.language : ascii_lower(settings.text("WHISPER_LANGUAGE"));
  TRY_VOID(choose_languages(options, language, std::string(kAutoLanguages)));
  stay_here(wish, preset, options);
  return options;
}

std::vector<std::string> arguments_of(const RunWish& wish, const ProcessOptions& options) {
  // With '=' no value can be taken for an option.
  std::vector<std::string> words = {"--transcriber=" + options.transcriber, "--diarizer=" + options.diarizer,
                                    "--classifier=" + options.classifier};
  for (const std::string_view name : {"preset", "device", "language", "model", "from", "until"})
    for (const Field& field : kFields)
      if (field.name == name && !(wish.*field.value).empty())
        words.push_back("--" + std::string(name) + "=" + wish.*field.value);
  if (wish.speakers) words.push_back("--speakers=" + std::to_string(*wish.speakers));
  return words;
}

}  // namespace skald
