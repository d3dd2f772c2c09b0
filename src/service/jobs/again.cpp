#include "service/jobs/again.hpp"

#include "formats/fields.hpp"
#include "service/jobs/demo.hpp"
#include "service/sessions/sessions.hpp"

namespace skald {
namespace {

JobRecording recording_at(const std::filesystem::path& path, const Uploads& uploads) {
  if (const auto upload = uploads.id_of(path)) return UploadedRecording{*upload};
  if (const auto demo = find_demo(); demo && demo->recording == path) return DemoRecording{};
  return RecordingHere{path};
}

}  // namespace

Result<JobRequest> job_again(const Json& json, Store& store, const Uploads& uploads) {
  for (const auto& [name, value] : json.items())
    if (name != "session" && name != "options")
      return fail(ErrorCode::Usage, "'" + name + "' is not known beside 'session'",
                  "Recordings, name and party are those of the session.");
  const auto id = json.find("session");
  if (id == json.end() || !id->is_number_integer())
    return fail(ErrorCode::Usage, "'session' must be the id of a session");
  const Session session = TRY(find_session(store, id->get<std::int64_t>()));
  const Json details = parse_json(session.runs.front().details, "run").value_or(Json::object());
  JobRequest request;
  for (const Json& recording : details.value("recordings", Json::array()))
    request.recordings.push_back(recording_at(text_at(recording, "path"), uploads));
  if (request.recordings.empty())
    return fail(ErrorCode::NotFound, "the session '" + session.name + "' has no recording",
                "Make it anew from a recording.");
  request.name = session.name;
  if (const auto party = details.find("party"); party != details.end() && party->is_object())
    request.party = to_line(Json{{text_at(*party, "id"), *party}});
  request.wish = over(TRY(wish_from_json(json.value("options", Json()))), wish_of_run(details));
  return request;
}

}  // namespace skald
