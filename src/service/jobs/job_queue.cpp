#include "service/jobs/job_queue.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/files.hpp"
#include "formats/fields.hpp"
#include "service/session/log.hpp"
#include "service/sessions/sessions.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr double kTellEvery = 0.5;  // seconds between small news

Json error_json(const Error& error) {
  return {{"code", name(error.code)}, {"message", error.message}, {"advice", advice(error)}};
}

std::set<std::int64_t> uploads_of(const JobRecord& job) {
  std::set<std::int64_t> ids;
  const auto request = parse_json(job.request, "database").and_then(job_from_json);
  if (!request) return ids;
  for (const JobRecording& recording : request->recordings)
    if (const auto* upload = std::get_if<UploadedRecording>(&recording)) ids.insert(upload->id);
  return ids;
}

bool is_over(const JobRecord& job) {
  return job.state != JobState::Waiting && job.state != JobState::Running;
}

tl::unexpected<Error> not_now(const JobRecord& job) {
  return fail(ErrorCode::Conflict,
              "the job " + std::to_string(job.id) + " is " + std::string(to_string(job.state)));
}

}  // namespace

Result<std::unique_ptr<JobQueue>> JobQueue::start(Settings settings, Uploads& uploads) {
  auto store = TRY(Store::open(settings.home));
  std::unique_ptr<JobQueue> queue(new JobQueue(std::move(settings), uploads, std::move(store)));
  // Held by the child, too: after a kill of the server, the next one begins when nothing of it is left.
  auto lock = TRY(FileLock::try_lock(queue->lock_file()));
  queue->thread_ = std::thread(&JobQueue::work, queue.get(), std::move(lock));
  return queue;
}

JobQueue::~JobQueue() {
  ending_.cancel();
  {
    const std::lock_guard lock(mutex_);
    if (running_ && running_->program != nullptr) running_->program->interrupt();
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

fs::path JobQueue::party_file(std::int64_t id) const {
  return settings_.home / "uploads" / ("party-" + std::to_string(id) + ".json");
}

Result<JobRecord> JobQueue::record(std::int64_t id) {
  if (runs(id)) return running_->record;
  auto found = TRY(store_->job(id));
  if (!found)
    return fail(ErrorCode::NotFound, "there is no job with the id " + std::to_string(id),
                "GET /api/v1/jobs lists them.");
  return std::move(*found);
}

// By its id once the run has ended, as a session may get another name.
Json JobQueue::session_of(const JobRecord& job, const Json& outcome) {
  if (job.started.empty()) return nullptr;
  const std::int64_t id = get_or(outcome, "session", std::int64_t{0});
  const auto session = id > 0 ? find_session(*store_, id) : find_session(*store_, job.name);
  return session ? Json(session->id) : Json(nullptr);
}

Json JobQueue::shown(const JobRecord& job) {
  const bool now = runs(job.id);
  const Json kept = parse_json(job.outcome, "database").value_or(Json::object());
  Json json = {{"id", job.id}, {"name", job.name}, {"state", to_string(job.state)}};
  json.update(now ? running_->progress.json() : kept.contains("stages") ? kept : JobProgress().json());
  json["session"] = session_of(job, kept);
  for (const char* field : {"exit_status", "error", "results"})
    json[field] = kept.contains(field) && !now ? kept.at(field) : Json(nullptr);
  const Json request = parse_json(job.request, "database").value_or(Json::object());
  json["recordings"] = request.value("recordings", Json::array());
  json["options"] = request.value("options", Json::object());
  json["created"] = job.created;
  json["started"] = job.started.empty() ? Json(nullptr) : Json(job.started);
  json["ended"] = job.ended.empty() ? Json(nullptr) : Json(job.ended);
  return json;
}

Result<Json> JobQueue::add(const JobRequest& request) {
  const CheckedJob checked = TRY(check_job(request, uploads_, settings_.home / "results"));
  JobRecord job{0, checked.name, JobState::Waiting, 0, to_line(to_json(request)), "{}", stamp_now(), {}, {}};
  Json json;
  {
    const std::lock_guard lock(mutex_);
    // An upload may have been removed since it was looked at.
    for (const std::int64_t id : uploads_of(job)) TRY(uploads_.find(id));
    TRY_VOID(store_->add_job(job));
    json = shown(job);
  }
  settings_.tell("job.added", json);
  wake_.notify_all();
  return json;
}

Result<Json> JobQueue::list() {
  const std::lock_guard lock(mutex_);
  Json list = Json::array();
  for (const JobRecord& job : TRY(store_->jobs()))
    list.push_back(shown(runs(job.id) ? running_->record : job));
  return list;
}

Result<Json> JobQueue::find(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  return shown(TRY(record(id)));
}

Result<Json> JobQueue::cancel(std::int64_t id) {
  Json json;
  {
    const std::lock_guard lock(mutex_);
    JobRecord job = TRY(record(id));
    if (is_over(job)) return not_now(job);
    if (runs(id)) {
      running_->cancelled = true;
      if (running_->program != nullptr) running_->program->interrupt();
      return shown(job);  // told once it has stopped
    }
    job.state = JobState::Cancelled;
    job.ended = stamp_now();
    TRY_VOID(store_->update_job(job));
    json = shown(job);
  }
  settings_.tell("job.changed", json);
  return json;
}

Result<Json> JobQueue::resume(std::int64_t id) {
  const auto wanted = [&]() -> Result<JobRecord> {
    const std::lock_guard lock(mutex_);
    return record(id);
  };
  const JobRecord before = TRY(wanted());
  const JobRequest request = TRY(parse_json(before.request, "database").and_then(job_from_json));
  TRY(check_job(request, uploads_, settings_.home / "results"));
  Json json;
  {
    const std::lock_guard lock(mutex_);
    JobRecord job = TRY(record(id));
    if (!is_over(job) || job.state == JobState::Finished) return not_now(job);
    job.state = JobState::Waiting;
    job.outcome = "{}";
    job.ended.clear();
    TRY_VOID(store_->update_job(job));
    TRY_VOID(store_->queue_job_last(id));
    json = shown(job);
  }
  settings_.tell("job.changed", json);
  wake_.notify_all();
  return json;
}

Result<Json> JobQueue::remove(std::int64_t id) {
  Json json;
  {
    const std::lock_guard lock(mutex_);
    const JobRecord job = TRY(record(id));
    if (job.state == JobState::Running) return not_now(job);
    json = shown(job);
    TRY_VOID(store_->remove_job(id));
    std::set<std::int64_t> unneeded = uploads_of(job);
    for (const JobRecord& other : TRY(store_->jobs()))
      for (const std::int64_t upload : uploads_of(other)) unneeded.erase(upload);
    for (const std::int64_t upload : unneeded) (void)uploads_.remove(upload);  // it may be gone already
    std::error_code ignored;
    fs::remove(party_file(id), ignored);
  }
  settings_.tell("job.removed", json);
  return json;
}

Status JobQueue::remove_upload(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  for (const JobRecord& job : TRY(store_->jobs()))
    if (!is_over(job) && uploads_of(job).contains(id))
      return fail(ErrorCode::Conflict, "the job " + std::to_string(job.id) + " needs this upload",
                  "Cancel or remove that job first.");
  return uploads_.remove(id);
}

void JobQueue::work(std::optional<FileLock> lock) {
  if (!lock) {
    auto waited_for = FileLock::lock(lock_file(), ending_);
    if (!waited_for) return;
    lock = std::move(*waited_for);
  }
  if (!take_up()) return;
  while (wait_for_turn()) run_it(lock->descriptor());
}

Status JobQueue::take_up() {
  const std::lock_guard lock(mutex_);
  for (JobRecord& job : TRY(store_->jobs())) {
    if (job.state != JobState::Running) continue;
    job.state = JobState::Waiting;
    TRY_VOID(store_->update_job(job));
  }
  return {};
}

bool JobQueue::wait_for_turn() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (ending_.cancelled()) return false;
    const auto jobs = store_->jobs();
    if (jobs) {
      const auto next = std::find_if(jobs->begin(), jobs->end(),
                                     [](const JobRecord& job) { return job.state == JobState::Waiting; });
      if (next != jobs->end()) {
        running_.emplace(Running{*next});
        running_->record.state = JobState::Running;
        running_->record.started = stamp_now();
        running_->record.ended.clear();
        running_->record.outcome = "{}";
        if (store_->update_job(running_->record)) return true;
        running_.reset();
      }
    }
    // Another process may add one, and a full disk may get room.
    wake_.wait_for(lock, std::chrono::seconds(1));
  }
}

void JobQueue::run_it(int lock) {
  Json json;
  {
    const std::lock_guard held(mutex_);
    json = shown(running_->record);
  }
  settings_.tell("job.changed", json);
  end_it(run_program(lock));
}

Result<JobQueue::Ending> JobQueue::run_program(int lock) {
  const JobRecord job = running_->record;  // only this thread replaces it
  const JobRequest request = TRY(parse_json(job.request, "database").and_then(job_from_json));
  CheckedJob checked = TRY(check_job(request, uploads_, settings_.home / "results"));
  checked.name = job.name;
  if (!checked.party.empty())
    TRY_VOID(write_file_atomic(party_file(job.id), checked.party, Readers::OwnerOnly));
  std::vector<std::string> words = job_arguments(request, checked, party_file(job.id));
  words.push_back("--end-with=" + std::to_string(::getpid()));
  Program program = TRY(Program::start(settings_.program, words, lock));
  {
    const std::lock_guard held(mutex_);
    running_->program = &program;
    if (running_->cancelled || ending_.cancelled()) program.interrupt();
  }
  Ending ending;
  ending.status = program.wait([&](std::string_view line) { ending.results = line; },
                               [&](std::string_view line) { hear(line); });
  const std::lock_guard held(mutex_);
  running_->program = nullptr;
  return ending;
}

void JobQueue::hear(std::string_view line) {
  Json json, segments;
  {
    const std::lock_guard lock(mutex_);
    const JobProgress::News news = running_->progress.take(line);
    const double now = steady_seconds();
    if (news == JobProgress::News::Much || now - running_->told_segments >= kTellEvery)
      segments = new_segments();
    const bool quiet = news == JobProgress::News::Little && now - running_->told < kTellEvery;
    if (news != JobProgress::News::None && !quiet) {
      running_->told = now;
      json = shown(running_->record);
    }
  }
  if (!segments.is_null()) settings_.tell("job.segments", segments);
  if (!json.is_null()) settings_.tell("job.changed", json);
}

Json JobQueue::new_segments() {
  auto json = running_->progress.new_segments();
  if (!json) return nullptr;
  running_->told_segments = steady_seconds();
  (*json)["job"] = running_->record.id;
  return std::move(*json);
}

Result<Json> JobQueue::segments(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  TRY(record(id));
  Json list = Json::array();
  if (runs(id))
    list = running_->progress.segments();
  else if (last_heard_.job == id)
    list = last_heard_.segments;
  return Json{{"job", id}, {"segments", std::move(list)}};
}

void JobQueue::end_it(const Result<Ending>& ending) {
  Json json, segments;
  {
    const std::lock_guard lock(mutex_);
    Running& now = *running_;
    const bool good = ending && (ending->status == 0 || ending->status == 3);
    // The server ends: what was at work is taken up at the next start.
    if (!good && ending_.cancelled() && !now.cancelled) return running_.reset();
    segments = new_segments();
    last_heard_ = {now.record.id, now.progress.segments()};
    now.progress.end();
    Json outcome = now.progress.json();
    outcome["exit_status"] = ending ? Json(ending->status) : Json(exit_status(ending.error().code));
    if (good) outcome["results"] = ending->results;
    outcome["session"] = session_of(now.record, {});
    const bool cancelled = !good && now.cancelled;
    if (!good && !cancelled) {
      const auto told = now.progress.error();
      outcome["error"] = !ending ? error_json(ending.error())
                         : told  ? *told
                                 : error_json({ErrorCode::WorkerDied, "the run ended without a result", {}});
    }
    JobRecord job = now.record;
    job.state = good ? JobState::Finished : cancelled ? JobState::Cancelled : JobState::Failed;
    job.ended = stamp_now();
    job.outcome = to_line(outcome);
    running_.reset();
    // Where that cannot be written, the next start finds it running, and takes it up.
    (void)store_->update_job(job);
    json = shown(job);
  }
  if (!segments.is_null()) settings_.tell("job.segments", segments);
  settings_.tell("job.changed", json);
}

}  // namespace skald
