// A worker that does what its job says, for tests of the supervisor.
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <new>

#include "platform/worker/channel.hpp"

namespace {

skald::Result<skald::Json> work(const skald::Json& job, skald::WorkerChannel& channel) {
  const auto what = job.at("do").get<std::string>();
  channel.progress(0.25, "working");
  if (what == "talk") {
    std::cout << "a library prints here\n\nno end";
    channel.warning("careful");
    channel.metric("figure", 4.5);
    channel.unit(0, 1);
    return skald::Json{{"answer", 42}};
  }
  if (what == "fail") return skald::fail(skald::ErrorCode::UnreadableMedia, "cannot read 'x'", "try y");
  if (what == "throw") throw std::bad_alloc();
  if (what == "die") ::kill(::getpid(), SIGKILL);
  if (what == "abort") {
    std::cerr << "the last words" << std::endl;
    std::abort();
  }
  if (what == "print") {
    std::cout << std::string(1'000'000, 'x') << std::flush;
    return skald::Json::object();
  }
  if (what == "environment") {
    const auto value = [](const char* name) {
      return std::string(std::getenv(name) ? std::getenv(name) : "");
    };
    return skald::Json{{"key", value("SOME_API_KEY")}, {"place", value("SOME_PLACE")}};
  }
  if (what == "exit") ::_exit(7);
  if (what == "large") return skald::Json{{"text", std::string(3'000'000, 'x')}};
  if (what == "deaf")
    for (;;) ::poll(nullptr, 0, 1000);
  while (!channel.cancelled()) ::poll(nullptr, 0, 5);
  return skald::fail(skald::ErrorCode::Cancelled, "cancelled");
}

}  // namespace

int main(int argc, char** argv) {
  return skald::run_worker(argc, argv, work);
}
