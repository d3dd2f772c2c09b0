// A real Ollama of a test's own: started on a free port of 127.0.0.1, with a folder of its own, ended with
// the object.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace skald::testing {

/// Where tools/build_ollama puts the program; it may be missing.
std::filesystem::path ollama_program();
/// The small model that comes with it.
std::filesystem::path small_model();

class OllamaServer {
 public:
  using Environment = std::vector<std::pair<std::string, std::string>>;

  /// Returns when it listens. Throws std::runtime_error where it does not start.
  OllamaServer(const std::filesystem::path& folder, const Environment& environment = {});
  ~OllamaServer();
  const std::string& url() const { return url_; }

  /// Makes a model of a GGUF file; false where the server refuses.
  bool create(const std::string& model, const std::filesystem::path& gguf);

 private:
  pid_t pid_ = -1;
  int log_ = -1;
  std::string url_;
  std::thread drain_;
};

}  // namespace skald::testing
