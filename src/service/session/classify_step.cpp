// The classification of a run: the embedded classifier labels every segment, the chosen language model over
// it.
#include <fmt/format.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "engines/llm/pacer.hpp"
#include "formats/segments.hpp"
#include "platform/devices/devices.hpp"
#include "service/backends/backends.hpp"
#include "service/models/models.hpp"
#include "service/session/run_state.hpp"
#include "stages/classify/classify.hpp"

namespace skald {
namespace fs = std::filesystem;

Result<std::string> SessionRun::classifier_identity() {
  std::string parts =
      TRY(model_identity(store_, checked_.text_model)) + TRY(model_identity(store_, checked_.head));
  if (!checked_.dialogue.empty()) parts += TRY(model_identity(store_, checked_.dialogue));
  return sha256(parts);
}

Result<SessionRun::Classified> SessionRun::classify_all(const std::vector<Segment>& segments,
                                                        const fs::path& file, const std::string& content,
                                                        const std::vector<SpeakerRole>& told) {
  const bool embedded = checked_.options.classifier == kBuiltInClassifier;
  const std::string identity = TRY(classifier_identity());
  StageContext shared = context();
  ClassifyInput input{checked_.text_model, checked_.head, checked_.dialogue, identity,
                      checked_.party,      told,          checked_.threads};
  if (!embedded) input.end = StageEnd::Part;
  const Artifact net = TRY(classify(shared, file, content, input));
  Classified made;
  made.labels = TRY(read_labels(net.directory / "labels.jsonl"));
  made.roles = read_roles(net.directory / "roles.json").value_or(told);
  made.used = {"classify", checked_.options.classifier, identity.substr(0, 12)};
  if (made.labels.size() != segments.size())
    return fail(ErrorCode::Internal, fmt::format("the classifier returned {} labels for {} segments",
                                                 made.labels.size(), segments.size()));
  if (embedded) return made;
  SessionLabels over = TRY(label_over(segments, content, made));
  meter_.end(ProgressMeter::Outcome::Computed);
  made.labels = std::move(over.labels);
  made.fallbacks = std::move(over.fallbacks);
  made.used = std::move(over.used);
  return made;
}

Result<SessionLabels> SessionRun::label_over(const std::vector<Segment>& segments, const std::string& content,
                                             const Classified& net) {
  const auto probe = TRY(find_devices());
  MemoryBroker broker(*probe, steady_wait_clock());
  LabelTask task;
  task.classifier = checked_.options.classifier;
  task.services = checked_.options.services;
  task.where = checked_.options.device == "cpu" ? LlmDevices::CpuOnly : LlmDevices::Any;
  task.threads = checked_.options.threads;
  task.job.segments = segments;
  task.job.party = checked_.party;
  task.job.roles = net.roles;
  task.content = content;
  task.duration = segments.back().span.end.value;
  task.ledger = llm::ledger_folder(store_.home());
  task.locks = store_.home() / "locks";
  task.session = checked_.options.session;
  StageContext shared = context();
  return label_session(shared, broker, *probe, std::move(task), net.labels);
}

Result<std::vector<Label>> SessionRun::classify_file(const std::string& segments_jsonl) {
  run_ = RunRecord{0, sha256(segments_jsonl), {}, {}, RunState::Running, stamp_now(), "{}"};
  TRY_VOID(store_.add_run(run_));
  start_workers();
  result_.fallbacks = checked_.options.fallbacks;
  std::vector<Segment> segments;
  for (SegmentLine& line : TRY(parse_segments(segments_jsonl, "segments")))
    segments.push_back(std::move(line.segment));
  const fs::path file = store_.home() / "jobs" / (run_.run_key + ".jsonl");
  TRY_VOID(write_file_atomic(file, segments_jsonl));
  meter_.begin(StageId::Classify);
  auto made = classify_all(segments, file, run_.run_key, {});
  std::error_code ignored;
  fs::remove(file, ignored);
  if (!made) return tl::unexpected(made.error());
  for (Fallback& fallback : made->fallbacks) result_.fallbacks.push_back(std::move(fallback));
  return std::move(made->labels);
}

Status SessionRun::classify_segments() {
  if (skips(Skippable::Classification)) return {};
  result_.models.push_back({"classify", checked_.options.classifier, ""});
  if (result_.segments.empty()) return {};
  meter_.begin(StageId::Classify);
  Classified made = TRY(classify_all(result_.segments, segments_.directory / "segments.jsonl",
                                     segments_content_, result_.roles));
  for (std::size_t i = 0; i < made.labels.size(); ++i) result_.segments[i].label = std::move(made.labels[i]);
  result_.roles = std::move(made.roles);
  result_.models.back() = std::move(made.used);
  for (Fallback& fallback : made.fallbacks) result_.fallbacks.push_back(std::move(fallback));
  return {};
}

}  // namespace skald
