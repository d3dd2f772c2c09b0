// What an Ollama server tells of itself and its models, and unloading.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engines/llm/label_run.hpp"
#include "pipeline/memory/model_host.hpp"
#include "platform/http/http.hpp"

namespace skald::llm {

struct OllamaModel {
  std::string name;
  std::uint64_t size = 0;  // bytes on disk
  std::string digest;
  std::string parameters;    // "8.0B", where told
  std::string quantization;  // "Q4_K_M", where told
};

enum class Unloaded { Yes, StillThere };

/// A server at an address; asks it anew each time. Errors: Unavailable with a plain sentence, NotFound for a
/// model that it does not have.
class Ollama : public ModelHost {
 public:
  explicit Ollama(std::string base_url, const CancelToken* cancel = nullptr, Timing timing = Timing::real());

  Result<std::string> version();
  Result<std::vector<OllamaModel>> models();
  /// The answer of /api/show, as it is.
  Result<Json> show(const std::string& model);
  /// Asks it to unload a model, and looks until it is gone (5 s at most).
  Result<Unloaded> unload(const std::string& model);

  HostPlace place() const override;
  Result<std::vector<HostedModel>> installed() override;
  Result<std::vector<HostedModel>> loaded() override;
  Result<LlmShape> shape(const std::string& model) override;

 private:
  Result<Json> ask(std::string_view method, std::string_view path, const Json& body);

  std::string base_url_;
  const CancelToken* cancel_;
  Timing timing_;
  http::Client client_;
};

}  // namespace skald::llm
