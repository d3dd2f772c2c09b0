// The program itself: memory, restart, stop.
#include <algorithm>

#include "api/handlers.hpp"
#include "formats/fields.hpp"
#include "service/memory/free_memory.hpp"
#include "service/settings/services.hpp"

namespace skald::api {
namespace {

Json hosted_json(const HostedModel& model) {
  return {{"name", model.name}, {"bytes", model.size}, {"bytes_on_cards", model.size_vram}};
}

Result<bool> job_runs(JobQueue& jobs) {
  const Json list = TRY(jobs.list());
  return std::any_of(list.begin(), list.end(),
                     [](const Json& job) { return text_at(job, "state") == to_string(JobState::Running); });
}

// The reply goes out first: the server ends what is open when it ends.
Reply ending_reply(Context& context, Ending ending, std::string_view state) {
  Reply reply = json_reply({{"state", state}}, 202);
  reply.afterwards = [&context, ending] { context.ending = ending; };
  return reply;
}

}  // namespace

Result<Reply> post_free_memory(Context& context, const Call&) {
  const auto alone = TRY(context.only_one());
  if (TRY(job_runs(*context.jobs)))
    return fail(ErrorCode::Conflict, "a job runs, which needs its memory",
                "Wait until it has ended, or cancel it first.");
  const std::uint64_t before = resident_bytes();
  const FreedMemory freed = free_memory(llm_services(TRY(Settings::load())), context.cancel);
  context.reviews->forget();
  trim_heap();
  Json unloaded = Json::array(), kept = Json::array();
  for (const HostedModel& model : freed.unloaded) unloaded.push_back(hosted_json(model));
  for (const FreedMemory::Kept& each : freed.kept) {
    kept.push_back(hosted_json(each.model));
    kept.back()["reason"] = each.reason;
  }
  return json_reply({{"ollama", freed.ollama_answers},
                     {"unloaded", std::move(unloaded)},
                     {"kept", std::move(kept)},
                     {"server_bytes", {{"before", before}, {"after", resident_bytes()}}}});
}

Result<Reply> post_restart(Context& context, const Call&) {
  return ending_reply(context, Ending::Restart, "restarting");
}

Result<Reply> post_stop(Context& context, const Call&) {
  return ending_reply(context, Ending::Stop, "stopping");
}

}  // namespace skald::api
