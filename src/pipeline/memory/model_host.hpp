// A program that holds language models for others (Ollama), as the plan sees it. A port: src/engines/llm
// answers, tests put their own in.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "pipeline/memory/llm_need.hpp"

namespace skald {

struct HostedModel {
  std::string name;
  std::uint64_t size = 0;       // installed: bytes on disk; loaded: bytes in memory
  std::uint64_t size_vram = 0;  // loaded: the part of `size` on cards
};

/// Whether two names are one model: "llama3" is "llama3:latest"; a port of a registry is no tag.
bool same_model(const std::string& one, const std::string& other);

enum class HostPlace { ThisMachine, Elsewhere };  // Elsewhere: its memory cannot be seen

class ModelHost {
 public:
  virtual ~ModelHost() = default;
  virtual HostPlace place() const = 0;
  virtual Result<std::vector<HostedModel>> installed() = 0;
  virtual Result<std::vector<HostedModel>> loaded() = 0;
  virtual Result<LlmShape> shape(const std::string& model) = 0;
};

}  // namespace skald
