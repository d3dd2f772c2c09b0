// serve: the page and the API, on this machine.
#include <linux/close_range.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "api/server.hpp"
#include "api/tokens.hpp"
#include "cli.hpp"
#include "platform/process/worker_process.hpp"
#include "service/session/log.hpp"
#include "store/store.hpp"

namespace skald::cli {
namespace {

struct ServeWords {
  std::string host = "127.0.0.1";
  int port = 7860;
  bool print_token = false;
  bool forget_tokens = false;
};

Status print_token() {
  std::cout << TRY(api::TokenBook(default_home()).make(stamp_now())) << '\n';
  return {};
}

// The same process begins from the start: who started it keeps its number. Returns only where that fails.
int start_anew(const ServeWords& words, int port) {
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  const std::string program = (program_directory() / "skald").string();
  std::vector<std::string> arguments = {program,    "serve",  "--host",
                                        words.host, "--port", std::to_string(port)};
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& word : arguments) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  return errno;
}

Status serve(const ServeWords& words) {
  auto server =
      TRY(api::Server::start({words.host, words.port, default_home(), SKALD_VERSION}, interrupt_token()));
  std::cerr << "skald: open " << server->url() << " in a browser. Ctrl-C stops.\n" << std::flush;
  constexpr int turn_ms = 100;  // a signal ends the wait at once
  while (!interrupt_token().cancelled() && server->asked_ending() == api::Ending::None)
    ::poll(nullptr, 0, turn_ms);
  const bool again = server->asked_ending() == api::Ending::Restart && !interrupt_token().cancelled();
  const int port = server->port();
  const bool stopped = server->stop(std::chrono::milliseconds(1500));
  if (again) {
    std::cerr << "skald: starting anew.\n" << std::flush;
    if (stopped) server.reset();  // a job that runs is interrupted, and waits to go on
    return tl::unexpected(errno_error(start_anew(words, port), "cannot start anew:", "skald"));
  }
  if (!stopped) {
    // What is stored is stored: nothing is lost but the reply to that request.
    std::cerr << "skald: stopped while a request was being answered.\n" << std::flush;
    ::_exit(0);
  }
  std::cerr << "skald: stopped.\n";
  return {};
}

Status run_serve(const ServeWords& words) {
  if (words.forget_tokens) TRY_VOID(api::TokenBook(default_home()).forget_all());
  if (words.print_token) return print_token();
  return words.forget_tokens ? Status() : serve(words);
}

}  // namespace

void add_serve(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("serve", "The page and the API, for this machine alone");
  auto words = std::make_shared<ServeWords>();
  command->add_option("--port", words->port, "Port to listen on; 0: any that is free")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command->add_option("--host", words->host, "Address of this machine to listen on")->capture_default_str();
  command->add_flag("--print-token", words->print_token,
                    "Make a token for scripts, print it and end; only its hash is kept");
  command->add_flag("--forget-tokens", words->forget_tokens, "Make all tokens worthless and end");
  command->footer(
      "Example: skald serve\n"
      "         curl -H \"Authorization: Bearer $(skald serve --print-token)\" "
      "http://127.0.0.1:7860/api/v1/sessions");
  command->callback([words, &chosen] {
    chosen = [words] {
      const Status status = run_serve(*words);
      return status ? 0 : report(status.error());
    };
  });
}

}  // namespace skald::cli
