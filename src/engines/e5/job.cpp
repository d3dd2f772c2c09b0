#include "engines/e5/job.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/files.hpp"
#include "domain/classify/labeller.hpp"
#include "engines/e5/encoder.hpp"
#include "engines/e5/units.hpp"
#include "formats/party.hpp"
#include "formats/segments.hpp"

namespace skald::e5 {
namespace {

namespace fs = std::filesystem;
using classify::Utterance;
using classify::Votes;

constexpr int kUnitSegments = 256;      // two or three seconds of work; fewer fill the batches badly
constexpr const char* kBackend = "e5";  // as in engines.def
constexpr const char* kModelFile = "e5-small-q4.bin";

struct Task {
  fs::path model, head, units, output;
  unsigned threads = 1;
  std::size_t batch = kUnitSegments;
  std::optional<Party> party;
  std::vector<SpeakerRole> roles;
  std::vector<Utterance> talk;

  std::size_t total() const { return (talk.size() + batch - 1) / batch; }
  std::size_t first(std::size_t unit) const { return unit * batch; }
  std::size_t count(std::size_t unit) const { return std::min(batch, talk.size() - first(unit)); }
};

Result<fs::path> path_in(const Json& job, const char* key) {
  const auto path = get_or(job, key, std::string());
  if (path.empty()) return fail(ErrorCode::Usage, std::string("the job names no '") + key + "'");
  return fs::path(path);
}

Result<Task> read_task(const Json& job) {
  Task task;
  std::error_code error;
  task.model = TRY(path_in(job, "model"));
  if (fs::is_directory(task.model, error)) task.model /= kModelFile;
  task.head = TRY(path_in(job, "head"));
  task.units = TRY(path_in(job, "units"));
  task.output = TRY(path_in(job, "output"));
  task.threads = static_cast<unsigned>(std::clamp(get_or(job, "threads", 2), 1, 64));
  task.batch = static_cast<std::size_t>(std::clamp(get_or(job, "batch", kUnitSegments), 1, 4096));
  if (job.contains("party") && !job.at("party").is_null()) task.party = TRY(party_from_json(job.at("party")));
  if (job.contains("roles")) task.roles = TRY(roles_from_json(job.at("roles")));
  const fs::path segments = TRY(path_in(job, "segments"));
  auto lines = TRY(read_segments(segments));
  for (SegmentLine& line : lines)
    task.talk.push_back({std::move(line.segment.text), std::move(line.segment.speaker_id), line.role});
  return task;
}

Result<classify::Head> load_head(const fs::path& path) {
  const auto mapped = MappedFile::open(path);
  if (!mapped) return fail(ErrorCode::InvalidModel, mapped.error().message);
  return classify::parse_head(mapped->bytes(), path.string());
}

// Votes of all texts, unit by unit; the text model is loaded when the first missing unit needs it.
class VoteMaker {
 public:
  VoteMaker(const Task& task, const classify::Head& head, WorkerChannel& channel)
      : task_(task), head_(head), channel_(channel) {}

  Result<std::vector<Votes>> run() {
    std::vector<Votes> all;
    for (std::size_t unit = 0; unit < task_.total(); ++unit) {
      if (channel_.cancelled()) return fail(ErrorCode::Cancelled, "stopped while labelling");
      auto votes = read_votes(task_.units, unit, task_.count(unit));
      if (!votes) {
        votes = TRY(make(unit));
        TRY_VOID(write_votes(task_.units, unit, *votes));
      }
      all.insert(all.end(), votes->begin(), votes->end());
      channel_.unit(unit, task_.total());
      channel_.progress(static_cast<double>(unit + 1) / static_cast<double>(task_.total()), "classify");
    }
    return all;
  }

 private:
  Result<std::vector<Votes>> make(std::size_t unit) {
    if (!encoder_) encoder_ = TRY(load());
    std::vector<std::string> texts;
    texts.reserve(task_.count(unit));
    for (std::size_t i = 0; i < task_.count(unit); ++i)
      texts.push_back(task_.talk[task_.first(unit) + i].text);
    const auto embeddings = TRY(encoder_->embed(texts, [this] { return channel_.cancelled(); }));
    std::vector<Votes> votes;
    votes.reserve(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i)
      votes.push_back(head_.votes(std::span(embeddings).subspan(i * head_.size(), head_.size()), texts[i]));
    return votes;
  }

  Result<Encoder> load() {
    Encoder encoder = TRY(Encoder::load({task_.model, task_.threads, head_.layers}));
    if (encoder.size() != head_.size())
      return fail(ErrorCode::InvalidModel, "the trained head '" + task_.head.string() +
                                               "' was not made for the text model '" + task_.model.string() +
                                               "'");
    return encoder;
  }

  const Task& task_;
  const classify::Head& head_;
  WorkerChannel& channel_;
  std::optional<Encoder> encoder_;
};

}  // namespace

Result<Json> run_job(const Json& job, WorkerChannel& channel) {
  const Task task = TRY(read_task(job));
  TRY_VOID(make_directories(task.units));
  TRY_VOID(make_directories(task.output));
  const classify::Head head = TRY(load_head(task.head));
  const auto votes = TRY(VoteMaker(task, head, channel).run());
  auto labelled = classify::label_session(head, {task.talk, votes, task.party, task.roles});
  for (Label& label : labelled.labels) label.backend = kBackend;
  TRY_VOID(write_file_atomic(task.output / "roles.json", to_pretty(to_json(labelled.roles))));
  TRY_VOID(write_file_atomic(task.output / "labels.jsonl", labels_jsonl(labelled.labels)));
  return Json{{"segments", task.talk.size()}, {"speakers", labelled.roles.size()}};
}

}  // namespace skald::e5
