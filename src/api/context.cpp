#include "api/context.hpp"

#include <unistd.h>

#include "base/random.hpp"
#include "platform/process/worker_process.hpp"

namespace skald::api {

Result<std::unique_ptr<Context>> Context::open(const std::filesystem::path& home, std::string version,
                                               const CancelToken& cancel) {
  auto store = TRY(Store::open(home));
  const std::string epoch = TRY(random_secret()).substr(0, 8);
  std::unique_ptr<Context> context(new Context(std::move(store), std::move(version), epoch, cancel));
  context->gate.owner = ::getuid();
  context->gate.session = TRY(random_secret());
  context->gate.csrf = TRY(random_secret());
  context->gate.scope_of = [book = TokenBook(home)](std::string_view token) { return book.scope_of(token); };
  context->reviews = TRY(ReviewBook::open(home));
  context->watch = TRY(SessionWatch::start(home, context->events, *context->reviews));
  EventHub& events = context->events;
  context->uploads = TRY(Uploads::open(home, [&events](const UploadRecord& upload) {
    events.publish("upload.changed",
                   {{"id", upload.id}, {"state", state_of(upload)}, {"sha256", upload.sha256}});
  }));
  const auto tell = [&events](std::string_view kind, const Json& data) { events.publish(kind, data); };
  const std::filesystem::path program = program_directory() / "skald";
  context->jobs = TRY(JobQueue::start({home, program, tell}, *context->uploads));
  context->transcriptions = TRY(Transcriptions::open(home, program, context->cancel));
  context->gate.most_form = TRY(upload_limits()).most_bytes + context->gate.most_body;
  return context;
}

Result<std::unique_lock<std::mutex>> Context::only_one() {
  std::unique_lock lock(machine_mutex_, std::try_to_lock);
  if (!lock)
    return fail(ErrorCode::Unavailable, "the machine is being looked at for another request",
                "Try again in a few seconds.");
  return lock;
}

void Context::close() {
  cancel.cancel();
  events.close();
}

}  // namespace skald::api
