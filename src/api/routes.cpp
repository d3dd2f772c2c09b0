#include "api/routes.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "api/handlers.hpp"
#include "api/openai.hpp"
#include "formats/fields.hpp"

namespace skald::api {
namespace {

constexpr std::string_view kJson = "application/json";

constexpr std::array kRoutes = {
    Route{"GET", "/", Guard::Page, get_page, "page", "text/html", "The pages"},
    Route{"GET", "/app.js", Guard::Read, get_asset, "pageScript", "text/javascript", "Script of the pages"},
    Route{"GET", "/app.css", Guard::Read, get_asset, "pageStyle", "text/css", "Style of the pages"},
    Route{"GET", "/skald.svg", Guard::Read, get_asset, "pageIcon", "image/svg+xml", "Icon of the pages"},
    Route{"GET", "/api/v1/health", Guard::Open, get_health, "health", kJson, "Whether the server answers"},
    Route{"GET", "/api/v1/openapi.json", Guard::Read, get_openapi, "openapi", kJson, "This document"},
    Route{"GET", "/api/v1/sessions", Guard::Read, get_sessions, "listSessions", kJson,
          "All sessions, that with the newest run first"},
    Route{"GET", "/api/v1/sessions/{id}", Guard::Read, get_session, "getSession", kJson,
          "A session and its runs, newest first"},
    Route{"DELETE", "/api/v1/sessions/{id}", Guard::Admin, delete_session, "removeSession", kJson,
          "Forgets a session; recordings and results stay"},
    Route{"PATCH", "/api/v1/sessions/{id}", Guard::Change, patch_session, "renameSession", kJson,
          "Gives a session another name; files that exist keep theirs"},
    Route{"GET", "/api/v1/sessions/{id}/review", Guard::Read, get_review, "getReview", kJson,
          "The transcript with all corrections"},
    Route{"POST", "/api/v1/sessions/{id}/edits", Guard::Change, post_edits, "addEdits", kJson,
          "Corrects the transcript: all edits of the request as one step, or none"},
    Route{"POST", "/api/v1/sessions/{id}/undo", Guard::Change, post_undo, "undoEdits", kJson,
          "Takes back the last step that holds"},
    Route{"POST", "/api/v1/sessions/{id}/redo", Guard::Change, post_redo, "redoEdits", kJson,
          "Brings back what was taken back last"},
    Route{"GET", "/api/v1/sessions/{id}/history", Guard::Read, get_history, "getHistory", kJson,
          "All corrections, the first one first, with who made them and when"},
    Route{"GET",
          "/api/v1/sessions/{id}/export",
          Guard::Read,
          get_export,
          "exportSession",
          "*/*",
          "A file to save, with all corrections",
          {"format: txt, srt, vtt, json, rttm, md, csv, docx, audacity or ass; default: txt",
           "only: ic or ooc; default: everything", "character: only what he or she says"}},
    Route{"GET", "/api/v1/sessions/{id}/transcript", Guard::Read, get_transcript, "getTranscript", kJson,
          "Segments, words, speakers and labels: the _data.json of the newest results"},
    Route{"GET",
          "/api/v1/sessions/{id}/audio",
          Guard::Read,
          get_audio,
          "getAudio",
          "audio/wav",
          "The sound, 16 kHz mono; parts of it by Range",
          {"track: which recording, from 1 on; default: 1"}},
    Route{"GET",
          "/api/v1/search",
          Guard::Read,
          get_search,
          "search",
          kJson,
          "What was said in all sessions, with corrections; the best hits first",
          {"q: words, in any order; in double quotes: one after another",
           "limit: how many hits at most, up to 200; default: 50"}},
    Route{"GET",
          "/api/v1/sessions/{id}/peaks",
          Guard::Read,
          get_peaks,
          "getPeaks",
          kJson,
          "The outline of the sound: least and greatest value of each stretch, from -127 to 127",
          {"track: which recording, from 1 on; default: 1", "points: stretches, at most; default: 2000"}},
    Route{"GET", "/api/v1/uploads", Guard::Read, get_uploads, "listUploads", kJson,
          "Recordings that were uploaded, or are on their way"},
    Route{"POST", "/api/v1/uploads", Guard::Change, post_upload, "beginUpload", kJson,
          "Begins an upload of the file `name` with `size` bytes"},
    Route{"GET", "/api/v1/uploads/{id}", Guard::Read, get_upload, "getUpload", kJson,
          "An upload, and where its next piece begins"},
    Route{"PUT",
          "/api/v1/uploads/{id}",
          Guard::Change,
          put_upload,
          "sendPiece",
          kJson,
          "Takes the next piece; what was answered is safe on disk",
          {"offset: number of bytes before this piece"},
          Body::Bytes},
    Route{"DELETE", "/api/v1/uploads/{id}", Guard::Change, delete_upload, "removeUpload", kJson,
          "Removes an upload that no job waits for"},
    Route{"GET", "/api/v1/jobs", Guard::Read, get_jobs, "listJobs", kJson,
          "Sessions that were asked for, in the order of their turns"},
    Route{"POST", "/api/v1/jobs", Guard::Change, post_job, "addJob", kJson,
          "Asks for a session: recordings, party and options; or a session once more, with other options"},
    Route{"GET", "/api/v1/jobs/{id}", Guard::Read, get_job, "getJob", kJson,
          "A job, how far it is and how it ended"},
    Route{"GET", "/api/v1/jobs/{id}/segments", Guard::Read, get_job_segments, "getJobSegments", kJson,
          "What a run has written down so far"},
    Route{"POST", "/api/v1/jobs/{id}/cancel", Guard::Change, post_job_cancel, "cancelJob", kJson,
          "Stops a job; what is done is kept"},
    Route{"POST", "/api/v1/jobs/{id}/resume", Guard::Change, post_job_resume, "resumeJob", kJson,
          "Goes on with a job that was cancelled or failed"},
    Route{"DELETE", "/api/v1/jobs/{id}", Guard::Change, delete_job, "removeJob", kJson,
          "Removes a job and its uploads; the session stays"},
    Route{"GET", "/api/v1/models", Guard::Read, get_models, "listModels", kJson,
          "Models, and which are installed"},
    Route{"POST", "/api/v1/models", Guard::Admin, post_model, "addModel", kJson,
          "Makes the `folder` of a speech model on this machine known under a `name`"},
    Route{"DELETE",
          "/api/v1/models",
          Guard::Admin,
          delete_model,
          "removeModel",
          kJson,
          "Forgets a model that was added; its files stay",
          {"name: of a model that was added"}},
    Route{"POST", "/api/v1/models/verify", Guard::Change, post_model_verify, "verifyModel", kJson,
          "Compares the files of the model `name` with their SHA-256; events tell how far it is"},
    Route{"GET", "/api/v1/config", Guard::Read, get_config, "getConfig", kJson,
          "Settings, what holds and where it comes from; keys by their last letters"},
    Route{"PUT", "/api/v1/config", Guard::Admin, put_config, "changeSetting", kJson,
          "Writes the `value` of the setting `name` to its file; null takes it out"},
    Route{"POST", "/api/v1/keys/test", Guard::Admin, post_keys_test, "testKeys", kJson,
          "Asks services whether their keys work: all, or that of one `setting`"},
    Route{"GET",
          "/api/v1/logs",
          Guard::Read,
          get_logs,
          "getLogs",
          kJson,
          "The newest lines of the logs of runs, the newest first",
          {"level: the least one, debug, info, warning, error or critical; default: info",
           "limit: how many lines at most, up to 2000; default: 200"}},
    Route{"GET", "/api/v1/support", Guard::Read, get_support, "getSupport", "application/zip",
          "Settings, doctor, plan and logs in one file, without keys"},
    Route{"POST", "/api/v1/memory/free", Guard::Admin, post_free_memory, "freeMemory", kJson,
          "Unloads models of Ollama where that is allowed, and what the server keeps to be quick"},
    Route{"POST", "/api/v1/restart", Guard::Admin, post_restart, "restart", kJson,
          "Starts the server anew; a job that runs goes on afterwards"},
    Route{"POST", "/api/v1/stop", Guard::Admin, post_stop, "stop", kJson,
          "Ends the server; a job that runs goes on at the next start"},
    Route{"GET", "/api/v1/doctor", Guard::Read, get_doctor, "getDoctor", kJson,
          "What is wrong with this machine, and what to do about it"},
    Route{
        "GET",
        "/api/v1/plan",
        Guard::Read,
        get_plan,
        "getPlan",
        kJson,
        "What would run where, with the memory that it needs; runs nothing",
        {"preset: local, cpu, low-memory, groq or mixed", "model: speech model, a name of the list",
         "transcriber: backend", "diarizer: backend", "classifier: backend", "device: cpu, cuda or auto",
         "language: a code such as en, or auto", "until: stage", "speakers: how many people speak, 1 to 32"}},
    Route{"POST",
          "/v1/audio/transcriptions",
          Guard::Change,
          post_transcription,
          "createTranscription",
          "*/*",
          "As OpenAI's: writes down a recording at once; nothing of it stays",
          {},
          Body::Form},
    Route{"POST",
          "/v1/audio/translations",
          Guard::Change,
          post_translation,
          "createTranslation",
          "*/*",
          "As OpenAI's; refused, as Skald does not translate",
          {},
          Body::Form},
    Route{"GET", "/v1/models", Guard::Read, get_openai_models, "listOpenAiModels", kJson,
          "As OpenAI's: speech models that are installed"},
    Route{"GET", "/api/v1/events", Guard::Read, get_events, "followEvents", "text/event-stream",
          "Events as they happen; Last-Event-ID continues where a stream ended"},
};

// A route that changes something and is open to more than Guard::Change allows does not compile.
constexpr bool changes_are_guarded() {
  return std::all_of(kRoutes.begin(), kRoutes.end(),
                     [](const Route& route) { return (route.method == "GET") != changes(route.guard); });
}
static_assert(changes_are_guarded());

constexpr std::string_view kId = "{id}";

// The digits in place of {id}, or an empty text where there is none; nothing where the path is another one.
std::optional<std::string_view> fits(std::string_view pattern, std::string_view path) {
  const auto at = pattern.find(kId);
  if (at == std::string_view::npos)
    return pattern == path ? std::optional<std::string_view>("") : std::nullopt;
  const std::string_view after = pattern.substr(at + kId.size());
  if (path.size() <= at + after.size() || !path.starts_with(pattern.substr(0, at)) || !path.ends_with(after))
    return std::nullopt;
  const std::string_view digits = path.substr(at, path.size() - at - after.size());
  if (digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return digits;
}

// What the body holds; an empty object where nothing was sent.
tl::expected<Json, Refusal> sent_object(const Request& request, const Gate& gate) {
  std::string text;
  bool too_large = false;
  const bool whole = request.read_body([&](std::string_view piece) {
    too_large = text.size() + piece.size() > gate.most_body;
    if (!too_large) text += piece;
    return !too_large;
  });
  if (too_large)
    return refuse(RefusalCode::TooLarge,
                  "the body is larger than " + std::to_string(gate.most_body) + " bytes");
  if (!whole) return refuse(RefusalCode::BadRequest, "the body was cut off");
  if (text.empty()) return Json::object();
  auto json = parse_outside_json(text, "body");
  if (!json) return refuse(RefusalCode::BadRequest, json.error().message);
  if (!json->is_object()) return refuse(RefusalCode::BadRequest, "the body is not a JSON object");
  return std::move(*json);
}

// In the form that callers of the address expect.
template <typename Problem>
Reply refused(const Request& request, const Problem& problem) {
  return is_openai(request.path) ? openai_error(problem) : error_reply(problem);
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

Match match(std::string_view method, std::string_view path) {
  Match found;
  for (const Route& route : kRoutes) {
    const auto digits = fits(route.pattern, path);
    if (!digits) continue;
    if (route.method == method || (route.method == "GET" && method == "HEAD")) {
      found.route = &route;
      std::from_chars(digits->data(), digits->data() + digits->size(), found.id);
      return found;
    }
    found.allowed += (found.allowed.empty() ? "" : ", ") + std::string(route.method);
    if (route.method == "GET") found.allowed += ", HEAD";
  }
  return found;
}

std::string content_policy(std::string_view style_nonce) {
  const std::string nonce = style_nonce.empty() ? "" : " 'nonce-" + std::string(style_nonce) + "'";
  return "default-src 'none'; script-src 'self'; style-src 'self'" + nonce +
         "; img-src 'self'; media-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; "
         "form-action 'none'; frame-ancestors 'none'";
}

const Fields& strict_headers() {
  static const Fields headers = {{"Content-Security-Policy", content_policy()},
                                 {"X-Content-Type-Options", "nosniff"},
                                 {"X-Frame-Options", "DENY"},
                                 {"Referrer-Policy", "no-referrer"},
                                 {"Cross-Origin-Resource-Policy", "same-origin"},
                                 {"Cross-Origin-Opener-Policy", "same-origin"},
                                 {"Cache-Control", "no-store"}};
  return headers;
}

Reply answer(Context& context, const Request& request) {
  // The address first, so that a foreign name learns not even which paths there are.
  if (const auto known = check_address(request, context.gate); !known) return refused(request, known.error());
  const Match found = match(request.method, request.path);
  if (found.route == nullptr) {
    if (found.allowed.empty())
      return refused(request, Refusal{RefusalCode::NoSuchAddress, "there is nothing at this address"});
    Reply reply = refused(request, Refusal{RefusalCode::MethodNotAllowed,
                                           "this address does not understand " + request.method});
    reply.headers.emplace_back("Allow", found.allowed);
    return reply;
  }
  const Route& route = *found.route;
  if (const auto in = admit(request, route.guard, context.gate, route.body); !in)
    return refused(request, in.error());
  Call call{request, found.id, Json::object()};
  if (route.body == Body::Json && !request.is_read()) {
    auto body = sent_object(request, context.gate);
    if (!body) return refused(request, body.error());
    call.body = std::move(*body);
  }
  auto reply = route.handler(context, call);
  return reply ? std::move(*reply) : refused(request, reply.error());
}

}  // namespace skald::api
