// Corrections: the reviewed transcript, edits, undo and redo, history; and search, which follows them.
#include "api/handlers.hpp"
#include "base/text.hpp"
#include "formats/fields.hpp"
#include "formats/review/edit_json.hpp"
#include "formats/review/review_json.hpp"
#include "service/review/review_book.hpp"
#include "service/review/search.hpp"

namespace skald::api {
namespace {

constexpr std::size_t kMostEdits = 10'000;  // of one request
constexpr std::size_t kUsualHits = 50;

std::string who(const Request& request) {
  return request.header("Authorization") ? "token" : "page";
}

// Speech as it is: json_reply() would take out words that look like a key, and a page would send them back
// so.
Reply speech_reply(const Json& json) {
  Reply reply;
  reply.body = to_line(json) + '\n';
  return reply;
}

void add_state(const ReviewedSession& review, Json& json) {
  json["revision"] = review.revision();
  json["speakers"] = speakers_json(review.now.transcript);
  json["can_undo"] = !review.now.standing.done.empty();
  json["can_redo"] = !review.now.standing.undone.empty();
  json["edits"] = review.now.standing.done.size();
  json["unattached"] = to_json(review.now.unattached);
}

Reply change_reply(Context& context, const ReviewBook::Change& change) {
  Json json = {{"revision", nullptr}, {"segments", Json::array()}, {"removed", change.difference.removed}};
  for (const ReviewedSegment* segment : change.difference.changed)
    json["segments"].push_back(to_json(*segment));
  add_state(*change.after, json);
  context.events.publish("review.changed",
                         {{"session", change.after->session.id}, {"revision", change.after->revision()}});
  return speech_reply(json);
}

Result<Reply> step_back(Context& context, const Call& call, ReviewStep::Kind kind) {
  return change_reply(context, TRY(context.reviews->step_back(call.id, text_at(call.body, "revision"), kind,
                                                              who(call.request))));
}

}  // namespace

Result<Reply> patch_session(Context& context, const Call& call) {
  const auto rename = [&]() -> Result<Session> {
    const auto held = context.store();
    Session session = TRY(find_session(held.store, call.id));
    session.name = TRY(rename_session(held.store, session, text_at(call.body, "name")));
    return session;
  };
  const Session session = TRY(rename());
  context.watch->nudge();
  return json_reply(session_json(session));
}

Result<Reply> get_review(Context& context, const Call& call) {
  const auto review = TRY(context.reviews->read(call.id));
  Json json = {{"name", review->session.name},
               {"duration", json_time(review->machine->result.duration.value)}};
  add_state(*review, json);
  json["segments"] = Json::array();
  for (const ReviewedSegment& segment : review->now.transcript.segments)
    json["segments"].push_back(to_json(segment));
  return speech_reply(json);
}

Result<Reply> post_edits(Context& context, const Call& call) {
  const auto list = call.body.find("edits");
  if (list == call.body.end() || !list->is_array() || list->size() > kMostEdits)
    return fail(ErrorCode::InvalidInput, "'edits' must be a list of at most " + std::to_string(kMostEdits),
                "docs/formats/api.md shows every edit.");
  std::vector<Edit> edits;
  for (const Json& edit : *list) edits.push_back(TRY(edit_from_request(edit)));
  return change_reply(
      context, TRY(context.reviews->edit(call.id, text_at(call.body, "revision"), edits, who(call.request))));
}

Result<Reply> post_undo(Context& context, const Call& call) {
  return step_back(context, call, ReviewStep::Kind::Undo);
}

Result<Reply> post_redo(Context& context, const Call& call) {
  return step_back(context, call, ReviewStep::Kind::Redo);
}

Result<Reply> get_history(Context& context, const Call& call) {
  const auto review = TRY(context.reviews->read(call.id));
  std::vector<bool> holds(review->log.size(), false);
  for (const std::size_t step : review->now.standing.done) holds[step] = true;
  Json steps = Json::array();
  for (std::size_t i = 0; i < review->log.size(); ++i) {
    const ReviewStep& step = review->log[i];
    if (step.kind != ReviewStep::Kind::Edits) continue;
    Json edits = Json::array();
    for (const Edit& edit : step.edits) edits.push_back(edit_as_request(edit));
    steps.push_back({{"revision", step.revision},
                     {"at", step.at},
                     {"who", step.who},
                     {"edits", std::move(edits)},
                     {"undone", !holds[i]}});
  }
  return speech_reply({{"revision", review->revision()}, {"edits", std::move(steps)}});
}

Result<Reply> get_search(Context& context, const Call& call) {
  const std::string limit = call.request.parameter("limit");
  const auto most = limit.empty() ? kUsualHits : whole_number(limit);
  if (!most || *most == 0 || *most > kMostHits)
    return fail(ErrorCode::Usage, "limit must be a number from 1 to " + std::to_string(kMostHits),
                "Leave it out for " + std::to_string(kUsualHits) + ".");
  const auto held = context.store();
  return json_reply(TRY(search_sessions(held.store, call.request.parameter("q"), *most)));
}

}  // namespace skald::api
