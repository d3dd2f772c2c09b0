// What is as OpenAI's: recordings that are written down at once.
#include "api/handlers.hpp"
#include "api/openai.hpp"
#include "service/models/models.hpp"

namespace skald::api {
namespace {

constexpr std::size_t kMostFields = 64;
constexpr std::size_t kLongestField = 65'536;  // bytes

// A form as it comes in: the recording goes to a file, all else stays small.
struct FormReader {
  Transcriptions::Guest& guest;
  FormFields fields = {};
  std::optional<Error> error = {};
  bool file = false, in_file = false;

  bool part(const std::string& name) {
    in_file = name == "file";
    if (in_file && file) return stop({ErrorCode::Usage, "the form has two files", {}});
    file = file || in_file;
    if (in_file) return true;
    if (fields.size() == kMostFields || name.size() > kLongestField)
      return stop({ErrorCode::Usage, "the form has too many fields", {}});
    fields.emplace_back(name, std::string());
    return true;
  }
  bool take(std::string_view bytes) {
    if (in_file) {
      const Status taken = guest.take(bytes);
      return taken || stop(taken.error());
    }
    if (fields.empty()) return false;
    std::string& value = fields.back().second;
    if (value.size() + bytes.size() > kLongestField)
      return stop({ErrorCode::Usage, "a field of the form is too long", {}});
    value += bytes;
    return true;
  }
  bool stop(Error why) {
    error = std::move(why);
    return false;
  }
};

Result<Reply> transcribe_form(Context& context, const Request& request) {
  Transcriptions::Guest guest = TRY(context.transcriptions->enter());
  FormReader form{guest};
  const bool whole = request.read_form([&](const std::string& name) { return form.part(name); },
                                       [&](std::string_view bytes) { return form.take(bytes); });
  if (form.error) return openai_error(*form.error, form.in_file ? "file" : "");
  if (!whole)
    return openai_error(Refusal{RefusalCode::BadRequest, "the form cannot be read, or was cut off"});
  if (!form.file || guest.size() == 0)
    return openai_error(Error{ErrorCode::Usage, "the form needs a file that is not empty", {}}, "file");
  const auto asked = openai_request(form.fields);
  if (!asked) return openai_error(asked.error().error, asked.error().param);
  const Transcript transcript = TRY(context.transcriptions->run(guest, asked->wish, request.gone));
  ExportedFile made = openai_transcription(transcript, asked->choice);
  Reply reply;
  reply.type = std::move(made.type);
  reply.body = std::move(made.content);
  return reply;
}

}  // namespace

Result<Reply> post_transcription(Context& context, const Call& call) {
  return transcribe_form(context, call.request);
}

Result<Reply> post_translation(Context&, const Call&) {
  return fail(ErrorCode::Usage, "Skald writes down what is said in its own language, and does not translate",
              "POST /v1/audio/transcriptions does that.");
}

Result<Reply> get_openai_models(Context&, const Call&) {
  const auto row = [](std::string_view name) -> Json {
    return {{"id", name}, {"object", "model"}, {"created", 0}, {"owned_by", "skald"}};
  };
  Json list = Json::array({row(kSettingsModel)});
  for (const ModelEntry& model : TRY(list_models()))
    if (model.kind == "speech" && !model.directory.empty()) list.push_back(row(model.name));
  return json_reply({{"object", "list"}, {"data", std::move(list)}});
}

}  // namespace skald::api
