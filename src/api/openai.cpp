#include "api/openai.hpp"

#include <algorithm>
#include <array>

#include "formats/fields.hpp"
#include "service/models/models.hpp"

namespace skald::api {
namespace {

constexpr std::size_t kLongestPrompt = 4096;  // bytes
constexpr std::array<std::string_view, 4> kUsualModels = {
    kSettingsModel, "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-transcribe-diarize"};

Reply openai_reply(int status, std::string_view code, const std::string& message, std::string_view what_to_do,
                   const Json& param) {
  const std::string_view type = status == 401   ? "authentication_error"
                                : status == 403 ? "permission_error"
                                : status < 500  ? "invalid_request_error"
                                                : "server_error";
  const std::string whole = what_to_do.empty() ? message : message + ". " + std::string(what_to_do);
  return json_reply({{"error", {{"message", whole}, {"type", type}, {"param", param}, {"code", code}}}},
                    status);
}

tl::unexpected<FormProblem> wrong(std::string_view param, std::string message, std::string advice = {}) {
  return tl::unexpected(
      FormProblem{{ErrorCode::Usage, std::move(message), std::move(advice)}, std::string(param)});
}

using Taken = tl::expected<void, FormProblem>;

Taken take_model(const std::string& value, OpenAiRequest& request) {
  if (is_usual_model(value)) return {};
  const auto all = list_models();
  if (!all) return tl::unexpected(FormProblem{all.error(), {}});
  const bool known = std::ranges::any_of(*all, [&](const ModelEntry& model) {
    return model.kind == "speech" && model.name == value && !model.directory.empty();
  });
  if (!known)
    return tl::unexpected(FormProblem{
        {ErrorCode::NotFound, "there is no speech model of that name here", "GET /v1/models lists them."},
        "model"});
  request.wish.model = value;
  return {};
}

Taken take_format(const std::string& value, OpenAiRequest& request) {
  const auto format = openai_format_from(value);
  if (!format)
    return wrong("response_format", "there is no response_format of that name",
                 "Formats: " + openai_format_names() + ".");
  request.choice.format = *format;
  if (*format == OpenAiFormat::DiarizedJson) request.wish.speakers = Speakers::Tell;
  return {};
}

Taken take_language(const std::string& value, OpenAiRequest& request) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (value.size() > 3 || !std::ranges::all_of(value, letter))
    return wrong("language", "the language must be a code such as en");
  request.wish.language = value;
  return {};
}

Taken take_prompt(const std::string& value, OpenAiRequest& request) {
  if (value.size() > kLongestPrompt || value.find('\0') != std::string::npos)
    return wrong("prompt", "the prompt is longer than " + std::to_string(kLongestPrompt) + " bytes");
  request.wish.prompt = value;
  return {};
}

// The recogniser decides by itself where it draws, as with OpenAI's 0.
Taken take_temperature(const std::string& value, OpenAiRequest&) {
  const auto number = parse_number(value);
  if (number && *number >= 0 && *number <= 1) return {};
  return wrong("temperature", "the temperature must be from 0 to 1");
}

Taken take_stream(const std::string& value, OpenAiRequest&) {
  if (value.empty() || value == "false" || value == "False") return {};
  return wrong("stream", "a transcription comes whole; it is not streamed", "Leave stream out.");
}

// Skald always cuts at pauses.
Taken take_nothing(const std::string&, OpenAiRequest&) {
  return {};
}

struct FormRow {
  std::string_view name;
  Taken (*take)(const std::string& value, OpenAiRequest& request);
};

constexpr std::array kForm = {
    FormRow{"model", take_model},
    FormRow{"response_format", take_format},
    FormRow{"language", take_language},
    FormRow{"prompt", take_prompt},
    FormRow{"temperature", take_temperature},
    FormRow{"stream", take_stream},
    FormRow{"chunking_strategy", take_nothing},
};

constexpr std::string_view kTimes = "timestamp_granularities";

bool is_times(std::string_view name) {
  return name == kTimes || name == std::string(kTimes) + "[]";
}

Taken take_times(const FormFields& fields, OpenAiRequest& request) {
  bool words = false, segments = false;
  for (const auto& [name, value] : fields) {
    if (!is_times(name)) continue;
    if (value != "word" && value != "segment") return wrong(kTimes, "times are told per word or segment");
    (value == "word" ? words : segments) = true;
  }
  if (!words && !segments) return {};
  if (request.choice.format != OpenAiFormat::VerboseJson)
    return wrong(kTimes, "times come with the response_format verbose_json alone");
  request.choice.words = words;
  request.choice.segments = segments;
  return {};
}

}  // namespace

bool is_openai(std::string_view path) {
  return path.starts_with("/v1/");
}

bool is_usual_model(std::string_view name) {
  return std::ranges::find(kUsualModels, name) != kUsualModels.end();
}

Reply openai_error(const Error& error, std::string_view param) {
  const Json named = param.empty() ? Json(nullptr) : Json(param);
  return openai_reply(http_status(error.code), name(error.code), error.message, advice(error), named);
}

Reply openai_error(const Refusal& refusal) {
  Reply reply = openai_reply(http_status(refusal.code), name(refusal.code), refusal.message,
                             advice(refusal.code), nullptr);
  if (refusal.code == RefusalCode::Unauthorized) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  return reply;
}

tl::expected<OpenAiRequest, FormProblem> openai_request(const FormFields& fields) {
  OpenAiRequest request;
  bool model = false;
  for (const auto& [name, value] : fields) {
    if (is_times(name)) continue;
    const auto row = std::ranges::find(kForm, name, &FormRow::name);
    if (row == kForm.end()) return wrong(name, "this field of the form is not known here", "Leave it out.");
    if (auto taken = row->take(value, request); !taken) return tl::unexpected(std::move(taken.error()));
    model = model || name == "model";
  }
  if (!model)
    return wrong("model", "the form needs a model", "whisper-1 is the one that the settings choose.");
  if (auto taken = take_times(fields, request); !taken) return tl::unexpected(std::move(taken.error()));
  return request;
}

}  // namespace skald::api
