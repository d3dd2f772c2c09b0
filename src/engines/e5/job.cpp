#include "engines/e5/job.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/files.hpp"
#include "domain/classify/labeller.hpp"
#include "engines/e5/dialogue_columns.hpp"
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
  fs::path dialogue;  // weights of the second reader; empty: the head alone
  unsigned threads = 1;
  std::size_t batch = kUnitSegments;
  std::optional<Party> party;
  std::vector<SpeakerRole> roles;
  std::vector<Utterance> talk;

  std::size_t parts() const { return (talk.size() + batch - 1) / batch; }
  std::size_t total() const { return dialogue.empty() ? parts() : 2 * parts(); }  // units
  fs::path dialogue_units() const { return units / "dialogue"; }
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
  task.dialogue = get_or(job, "dialogue", std::string());
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

Result<MappedFile> weights_in(const fs::path& path) {
  auto mapped = MappedFile::open(path);
  if (!mapped) return fail(ErrorCode::InvalidModel, mapped.error().message);
  return mapped;
}

Result<classify::Head> load_head(const fs::path& path) {
  const auto mapped = TRY(weights_in(path));
  return classify::parse_head(mapped.bytes(), path.string());
}

// How the second reader's columns are added to the head's.
Result<classify::SecondReader> load_dialogue_blend(const fs::path& path) {
  const auto mapped = TRY(weights_in(path));
  const auto file = TRY(DialogueFile::parse(mapped.bytes(), path.string()));
  return classify::SecondReader{{}, file.share, file.chain};
}

// One reader's results for all parts of a session. `read` gives those of a part that is finished already,
// `make` makes and keeps them; parts are told as units from `before` on.
template <typename T, typename Read, typename Make>
Result<std::vector<T>> in_parts(const Task& task, WorkerChannel& channel, std::size_t before,
                                const Read& read, const Make& make) {
  std::vector<T> all;
  for (std::size_t part = 0; part < task.parts(); ++part) {
    if (channel.cancelled()) return fail(ErrorCode::Cancelled, "stopped while labelling");
    std::optional<std::vector<T>> made = read(part);
    if (!made) made = TRY(make(part));
    all.insert(all.end(), made->begin(), made->end());
    channel.unit(before + part, task.total());
    channel.progress(static_cast<double>(before + part + 1) / static_cast<double>(task.total()), "classify");
  }
  return all;
}

// Votes of all texts; the text model is loaded when the first missing part needs it.
class VoteMaker {
 public:
  VoteMaker(const Task& task, const classify::Head& head, WorkerChannel& channel)
      : task_(task), head_(head), channel_(channel) {}

  Result<std::vector<Votes>> run() {
    return in_parts<Votes>(
        task_, channel_, 0,
        [&](std::size_t part) { return read_votes(task_.units, part, task_.count(part)); },
        [&](std::size_t part) -> Result<std::vector<Votes>> {
          auto votes = TRY(make(part));
          TRY_VOID(write_votes(task_.units, part, votes));
          return votes;
        });
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
    Encoder encoder = TRY(Encoder::load({task_.model, task_.threads, head_.layers, Arithmetic::EightBits}));
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

// What the second reader says of all segments, given who is who.
Result<std::vector<classify::Columns>> read_dialogue(const Task& task, std::span<const SpeakerRole> roles,
                                                     WorkerChannel& channel) {
  DialogueColumns columns({task.model, task.dialogue, task.threads}, task.talk, task.party, roles);
  const fs::path folder = task.dialogue_units();
  return in_parts<classify::Columns>(
      task, channel, task.parts(),
      [&](std::size_t part) { return read_columns(folder, part, task.count(part)); },
      [&](std::size_t part) -> Result<std::vector<classify::Columns>> {
        auto rows =
            TRY(columns.part(task.first(part), task.count(part), [&channel] { return channel.cancelled(); }));
        TRY_VOID(write_columns(folder, part, rows));
        return rows;
      });
}

Result<classify::Labelled> label(const Task& task, const classify::Head& head, WorkerChannel& channel) {
  // The head's text model is let go of before the second reader is loaded.
  const auto votes = TRY(VoteMaker(task, head, channel).run());
  const classify::Session session{task.talk, votes, task.party, task.roles};
  if (task.dialogue.empty()) return classify::label_session(head, session);
  TRY_VOID(make_directories(task.dialogue_units()));
  classify::SecondReader second = TRY(load_dialogue_blend(task.dialogue));
  classify::Labelled labelled;
  labelled.roles = classify::session_roles(head, session);
  second.columns = TRY(read_dialogue(task, labelled.roles, channel));
  labelled.labels = classify::label_by_both(head, session, labelled.roles, second);
  return labelled;
}

}  // namespace

Result<Json> run_job(const Json& job, WorkerChannel& channel) {
  const Task task = TRY(read_task(job));
  TRY_VOID(make_directories(task.units));
  TRY_VOID(make_directories(task.output));
  const classify::Head head = TRY(load_head(task.head));
  auto labelled = TRY(label(task, head, channel));
  for (Label& label : labelled.labels) label.backend = kBackend;
  TRY_VOID(write_file_atomic(task.output / "roles.json", to_pretty(to_json(labelled.roles))));
  TRY_VOID(write_file_atomic(task.output / "labels.jsonl", labels_jsonl(labelled.labels)));
  return Json{{"segments", task.talk.size()}, {"speakers", labelled.roles.size()}};
}

}  // namespace skald::e5
