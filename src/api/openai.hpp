// The part of the API that is as OpenAI's: its errors, and what its forms hold.
#pragma once
#include <string>
#include <string_view>

#include "api/message.hpp"
#include "formats/export/openai.hpp"
#include "service/transcriptions/transcriptions.hpp"

namespace skald::api {

/// Whether callers of that address expect errors in OpenAI's form.
bool is_openai(std::string_view path);

/// {"error": {"message", "type", "param", "code"}}; `param`: the field of the form that is wrong, or empty.
Reply openai_error(const Error& error, std::string_view param = {});
Reply openai_error(const Refusal& refusal);

/// What a client asks of the form's recording.
struct OpenAiRequest {
  TranscriptionWish wish;
  OpenAiChoice choice;
};
/// Fields of a form without its file, in the order in which they came.
using FormFields = Fields;

/// Why a form cannot be answered.
struct FormProblem {
  Error error;
  std::string param;
};
tl::expected<OpenAiRequest, FormProblem> openai_request(const FormFields& fields);

/// The model that the settings choose.
inline constexpr std::string_view kSettingsModel = "whisper-1";
/// Names under which OpenAI's clients know it.
bool is_usual_model(std::string_view name);

}  // namespace skald::api
