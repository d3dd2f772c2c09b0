// Jobs: sessions that wait for their turn.
#include "api/handlers.hpp"
#include "service/jobs/again.hpp"
#include "service/jobs/demo.hpp"

namespace skald::api {

Result<Reply> get_jobs(Context& context, const Call&) {
  return json_reply({{"jobs", TRY(context.jobs->list())}, {"demo", find_demo().has_value()}});
}

Result<Reply> get_job(Context& context, const Call& call) {
  return json_reply(TRY(context.jobs->find(call.id)));
}

Result<Reply> get_job_segments(Context& context, const Call& call) {
  return json_reply(TRY(context.jobs->segments(call.id)));
}

Result<Reply> post_job(Context& context, const Call& call) {
  const auto asked = [&]() -> Result<JobRequest> {
    if (!call.body.contains("session")) return job_from_json(call.body);
    const auto held = context.store();
    return job_again(call.body, held.store, *context.uploads);
  };
  const JobRequest request = TRY(asked());
  return json_reply(TRY(context.jobs->add(request)), 201);
}

Result<Reply> post_job_cancel(Context& context, const Call& call) {
  return json_reply(TRY(context.jobs->cancel(call.id)));
}

Result<Reply> post_job_resume(Context& context, const Call& call) {
  return json_reply(TRY(context.jobs->resume(call.id)));
}

Result<Reply> delete_job(Context& context, const Call& call) {
  return json_reply({{"removed", TRY(context.jobs->remove(call.id))}});
}

}  // namespace skald::api
