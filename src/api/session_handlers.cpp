// Sessions: list, details, transcript, sound, removal.
#include "api/handlers.hpp"
#include "api/range.hpp"
#include "base/text.hpp"
#include "formats/json.hpp"
#include "service/plan/wish.hpp"
#include "service/sessions/peaks.hpp"
#include "service/sessions/sessions.hpp"

namespace skald::api {
namespace {

FileBody whole(OpenFile file, std::shared_ptr<const void> hold = nullptr) {
  const std::uint64_t size = file.size;
  return {std::make_shared<const OpenFile>(std::move(file)), 0, size, std::move(hold)};
}

Json run_json(const RunRecord& run) {
  const Json details = parse_json(run.details, "run").value_or(Json::object());
  Json json = {{"id", run.id},
               {"state", to_string(run.state)},
               {"started", run.started},
               {"results", run.directory},
               {"tracks", tracks_of(run).size()}};
  if (details.is_object() && details.contains("figures")) json["figures"] = details.at("figures");
  return json;
}

Result<std::size_t> track_number(const Request& request) {
  const std::string text = request.parameter("track");
  if (text.empty()) return 1;
  const auto track = whole_number(text);
  if (track && *track > 0) return *track;
  return fail(ErrorCode::Usage, "track must be a number from 1 on", "Leave it out for the first.");
}

Result<SessionSound> sound_of(Context& context, const Call& call) {
  const std::size_t track = TRY(track_number(call.request));
  const auto held = context.store();
  return find_sound(held.store, TRY(find_session(held.store, call.id)), track);
}

}  // namespace

Result<Reply> get_sessions(Context& context, const Call&) {
  Json list = Json::array();
  const auto held = context.store();
  for (const Session& session : TRY(all_sessions(held.store))) list.push_back(session_json(session));
  return json_reply({{"sessions", std::move(list)}});
}

Result<Reply> get_session(Context& context, const Call& call) {
  const auto held = context.store();
  const Session session = TRY(find_session(held.store, call.id));
  Json json = session_json(session);
  const RunRecord& newest = session.runs.front();
  json["options"] = to_json(wish_of_run(parse_json(newest.details, "run").value_or(Json::object())));
  json["runs"] = Json::array();
  for (const RunRecord& run : session.runs) json["runs"].push_back(run_json(run));
  return json_reply(json);
}

Result<Reply> get_transcript(Context& context, const Call& call) {
  const auto find = [&]() -> Result<Session> {
    const auto held = context.store();
    return find_session(held.store, call.id);
  };
  const Session session = TRY(find());
  OpenFile file = TRY(open_transcript(session));
  const std::string etag = "\"" + std::to_string(file.size) + "-" + std::to_string(file.modified_ns) + "\"";
  return file_reply(call.request, whole(std::move(file)), "application/json", etag);
}

Result<Reply> get_audio(Context& context, const Call& call) {
  const SessionSound sound = TRY(sound_of(context, call));
  OpenFile file = TRY(open_in(sound.audio.directory, "audio.wav"));
  const std::string etag = "\"" + sound.audio.key + "\"";
  return file_reply(call.request, whole(std::move(file), sound.audio.hold), "audio/wav", etag);
}

Result<Reply> get_peaks(Context& context, const Call& call) {
  constexpr std::uint64_t usual = 2000, most = 100'000;
  const std::string asked = call.request.parameter("points");
  const auto points = asked.empty() ? std::optional(usual) : whole_number(asked);
  if (!points || *points == 0 || *points > most)
    return fail(ErrorCode::Usage, "points must be a number from 1 to 100000", "Leave it out for 2000.");
  const SessionSound sound = TRY(sound_of(context, call));
  const Peaks peaks = TRY(peaks_of(sound, *points));
  return json_reply({{"duration", peaks.duration}, {"peaks", peaks.pairs}});
}

Result<Reply> delete_session(Context& context, const Call& call) {
  const auto remove = [&]() -> Result<Json> {
    const auto held = context.store();
    const Session session = TRY(find_session(held.store, call.id));
    const std::uint64_t freed = TRY(remove_session(held.store, session));
    return Json{{"removed", session_json(session)}, {"freed_bytes", freed}};
  };
  const Json removed = TRY(remove());
  context.watch->nudge();
  return json_reply(removed);
}

}  // namespace skald::api
