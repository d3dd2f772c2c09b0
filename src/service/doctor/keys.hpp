// Asks each service that is set up whether its key works.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/ports.hpp"
#include "service/doctor/check.hpp"
#include "service/settings/services.hpp"

namespace skald {

struct KeyReport {
  std::string service;  // "groq", "openai", "compatible", "huggingface"
  std::string setting;  // "GROQ_API_KEY": where its key stands
  std::string host;     // "https://api.groq.com"
  std::string key;      // "gsk_…9f3c"; empty: none is set
  Health health = Health::Ok;
  std::string found;   // "works", or what the service said
  std::string advice;  // one sentence
  double seconds = 0;  // of the answer
  std::vector<std::string> models;
  /// What the service tells of the quota: "requests", "tokens", each with what is left, of how many, and when
  /// it is full again, in the service's own words. Empty where this call does not tell.
  struct Quota {
    std::string of, left, limit, reset;
  };
  std::vector<Quota> quotas;
  /// Tokens by this program's own count, where a daily budget is set or built in.
  struct Budget {
    std::int64_t used = 0, of = 0;
    std::int64_t left() const { return used < of ? of - used : 0; }
  };
  std::optional<Budget> today;
};

/// Groq and OpenAI where they have a key, a compatible service where it has an address, Hugging Face where
/// there is a token. One request each; nothing of a session is sent. `home` is where tokens are counted;
/// `only`: the setting of one key, empty for all.
std::vector<KeyReport> test_keys(const Settings& settings, const std::filesystem::path& home,
                                 const CancelToken& cancel, std::string_view only = {});

std::string keys_text(const std::vector<KeyReport>& reports);
Json keys_json(const std::vector<KeyReport>& reports);

}  // namespace skald
