#include "support/ollama_server.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "formats/json.hpp"
#include "platform/http/http.hpp"

namespace skald::testing {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> environment_of(const fs::path& folder, const OllamaServer::Environment& more) {
  std::vector<std::string> all = {"HOME=" + folder.string(), "OLLAMA_HOST=127.0.0.1:0",
                                  "OLLAMA_MODELS=" + (folder / "models").string(), "PATH=/usr/bin:/bin"};
  for (const auto& [name, value] : more) all.push_back(name + "=" + value);
  return all;
}

[[noreturn]] void become(const fs::path& program, const std::vector<std::string>& environment, int log) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  std::vector<char*> variables;
  variables.reserve(environment.size() + 1);
  for (const std::string& variable : environment) variables.push_back(const_cast<char*>(variable.c_str()));
  variables.push_back(nullptr);
  ::execle(program.c_str(), program.c_str(), "serve", nullptr, variables.data());
  ::_exit(127);
}

}  // namespace

fs::path ollama_program() {
  // The cache holds `stage`, which is a link: its parent is meant by name.
  return fs::path(SKALD_STAGE_DIR).parent_path() / "ollama" / "0.17.4" / "ollama";
}

fs::path small_model() {
  return fs::path(SKALD_STAGE_DIR) / "models" / "smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf";
}

OllamaServer::OllamaServer(const fs::path& folder, const Environment& environment) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const auto variables = environment_of(folder, environment);
  const fs::path program = ollama_program();
  pid_ = ::fork();
  if (pid_ == 0) become(program, variables, ends[1]);
  ::close(ends[1]);
  log_ = ends[0];
  std::string log;
  const std::string mark = "Listening on 127.0.0.1:";
  char block[4096];
  while (log.find(mark) == std::string::npos ||
         log.find(' ', log.find(mark) + mark.size()) == std::string::npos) {
    const ssize_t got = ::read(log_, block, sizeof block);
    if (got <= 0) throw std::runtime_error("Ollama did not start: " + log);
    log.append(block, static_cast<std::size_t>(got));
  }
  url_ = "http://127.0.0.1:" + std::to_string(std::stoi(log.substr(log.find(mark) + mark.size())));
  drain_ = std::thread([this] {
    char more[4096];
    while (::read(log_, more, sizeof more) > 0) {
    }
  });
}

OllamaServer::~OllamaServer() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  drain_.join();
  ::close(log_);
}

bool OllamaServer::create(const std::string& model, const fs::path& gguf) {
  const auto bytes = read_file(gguf);
  if (!bytes) return false;
  const std::string digest = "sha256:" + sha256(*bytes);
  const CancelToken never;
  http::HttpRequest request;
  request.method = "POST";
  request.timeouts.idle = std::chrono::seconds(300);
  request.url = url_ + "/api/blobs/" + digest;
  request.body = *bytes;
  const auto put = http::send(request, never);
  if (!put || put->status != 201) return false;
  request.url = url_ + "/api/create";
  request.body = to_line(Json{{"model", model},
                              {"files", {{"model.gguf", digest}}},
                              {"parameters", {{"num_thread", 1}}},
                              {"stream", false}});
  const auto made = http::send(request, never);
  return made && made->status == 200;
}

}  // namespace skald::testing
