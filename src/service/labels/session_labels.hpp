// The labels of a session by the backend that the user chose, with the embedded classifier's under them.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engines/llm/label_run.hpp"
#include "formats/results.hpp"
#include "pipeline/memory/broker.hpp"
#include "pipeline/memory/ladder.hpp"
#include "pipeline/run_stage.hpp"
#include "service/settings/llm_services.hpp"

namespace skald {

struct LabelTask {
  std::string classifier;  // "ollama", "groq", "openai", "compatible"
  LlmServices services;
  LlmDevices where = LlmDevices::Any;
  int threads = 0;
  llm::LlmJob job;               // segments, party and roles; the rest comes from the services' settings
  std::string content;           // hash of the segments
  double duration = 0;           // seconds of the recording
  std::filesystem::path ledger;  // of tokens used up
  std::filesystem::path locks;   // of cards; empty: none are locked
  std::string session;           // others who wait for the card read it
};

struct SessionLabels {
  std::vector<Label> labels;  // one a segment
  std::vector<Fallback> fallbacks;
  ModelUse used;
};

/// `net` are the embedded classifier's labels, one a segment; they stand where nothing better came. Finished
/// batches are kept with the run's store, so that a later run asks for the missing segments only; only a
/// session that the wished model labelled whole is stored as finished. Fails when cancelled, or with
/// InvalidConfig where the service has no address or no key.
Result<SessionLabels> label_session(StageContext& context, MemoryBroker& broker, DeviceProbe& probe,
                                    LabelTask task, std::vector<Label> net);

/// The service that a classifier's name stands for, ready to be asked but for its model; fails with
/// InvalidConfig before anything is started.
Result<llm::LlmTarget> target_of(const std::string& classifier, const LlmServices& services);

}  // namespace skald
