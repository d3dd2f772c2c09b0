#include "api/context.hpp"

#include <unistd.h>

#include "base/random.hpp"

namespace skald::api {

Result<std::unique_ptr<Context>> Context::open(const std::filesystem::path& home, std::string version,
                                               const CancelToken& cancel) {
  auto store = TRY(Store::open(home));
  const std::string epoch = TRY(random_secret()).substr(0, 8);
  std::unique_ptr<Context> context(new Context(std::move(store), std::move(version), epoch, cancel));
  context->gate.owner = ::getuid();
  context->gate.session = TRY(random_secret());
  context->gate.csrf = TRY(random_secret());
  context->gate.knows_token = [book = TokenBook(home)](std::string_view token) { return book.knows(token); };
  context->reviews = TRY(ReviewBook::open(home));
  context->watch = TRY(SessionWatch::start(home, context->events, *context->reviews));
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
