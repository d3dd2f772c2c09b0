// Uploads and jobs in the database.
#include "store/queue.hpp"

#include <utility>

#include "base/names.hpp"
#include "store/store.hpp"

namespace skald {
namespace {

constexpr Names<JobState, 5> kJobStates = {{{JobState::Waiting, "waiting"},
                                            {JobState::Running, "running"},
                                            {JobState::Finished, "finished"},
                                            {JobState::Failed, "failed"},
                                            {JobState::Cancelled, "cancelled"}}};

constexpr std::string_view kUpload = "SELECT id, name, size, received, sha256, created FROM upload ";
constexpr std::string_view kJob =
    "SELECT id, name, state, turn, request, outcome, created, started, ended FROM job ";

UploadRecord read_upload(const Statement& row) {
  return {row.integer(0),
          row.text(1),
          static_cast<std::uint64_t>(row.integer(2)),
          static_cast<std::uint64_t>(row.integer(3)),
          row.text(4),
          row.text(5)};
}

JobRecord read_job(const Statement& row) {
  return {row.integer(0), row.text(1), find_value(kJobStates, row.text(2)).value_or(JobState::Failed),
          row.integer(3), row.text(4), row.text(5),
          row.text(6),    row.text(7), row.text(8)};
}

// The id of a row that was added.
Result<std::int64_t> returned_id(Statement& statement) {
  std::int64_t id = 0;
  while (TRY(statement.step())) id = statement.integer(0);
  return id;
}

}  // namespace

std::string_view to_string(JobState state) {
  return find_name(kJobStates, state);
}

Status Store::add_upload(UploadRecord& upload) {
  Statement statement = TRY(database_.prepare(
      "INSERT INTO upload(name, size, received, sha256, created) VALUES(?,?,?,?,?) RETURNING id"));
  statement.bind(1, upload.name).bind(2, static_cast<std::int64_t>(upload.size));
  statement.bind(3, static_cast<std::int64_t>(upload.received))
      .bind(4, upload.sha256)
      .bind(5, upload.created);
  upload.id = TRY(returned_id(statement));
  return {};
}

Status Store::update_upload(const UploadRecord& upload) {
  return database_.run("UPDATE upload SET received=?, sha256=? WHERE id=?",
                       static_cast<std::int64_t>(upload.received), upload.sha256, upload.id);
}

Result<std::vector<UploadRecord>> Store::uploads() {
  Statement statement = TRY(database_.prepare(std::string(kUpload) + "ORDER BY id"));
  std::vector<UploadRecord> found;
  while (TRY(statement.step())) found.push_back(read_upload(statement));
  return found;
}

Result<std::optional<UploadRecord>> Store::upload(std::int64_t id) {
  Statement statement = TRY(database_.prepare(std::string(kUpload) + "WHERE id=?"));
  statement.bind(1, id);
  if (!TRY(statement.step())) return std::nullopt;
  return read_upload(statement);
}

Status Store::remove_upload(std::int64_t id) {
  return database_.run("DELETE FROM upload WHERE id=?", id);
}

Status Store::add_job(JobRecord& job) {
  Statement statement = TRY(
      database_.prepare("INSERT INTO job(name, state, turn, request, outcome, created, started, ended) "
                        "VALUES(?1,?2,(SELECT 1+ifnull(max(turn),0) FROM job),?3,?4,?5,?6,?7) RETURNING id"));
  statement.bind(1, job.name).bind(2, to_string(job.state)).bind(3, job.request).bind(4, job.outcome);
  statement.bind(5, job.created).bind(6, job.started).bind(7, job.ended);
  job.id = TRY(returned_id(statement));
  return {};
}

Status Store::update_job(const JobRecord& job) {
  return database_.run("UPDATE job SET state=?, outcome=?, started=?, ended=? WHERE id=?",
                       to_string(job.state), job.outcome, job.started, job.ended, job.id);
}

Status Store::queue_job_last(std::int64_t id) {
  return database_.run("UPDATE job SET turn=(SELECT 1+max(turn) FROM job) WHERE id=?", id);
}

Result<std::vector<JobRecord>> Store::jobs() {
  Statement statement = TRY(database_.prepare(std::string(kJob) + "ORDER BY turn"));
  std::vector<JobRecord> found;
  while (TRY(statement.step())) found.push_back(read_job(statement));
  return found;
}

Result<std::optional<JobRecord>> Store::job(std::int64_t id) {
  Statement statement = TRY(database_.prepare(std::string(kJob) + "WHERE id=?"));
  statement.bind(1, id);
  if (!TRY(statement.step())) return std::nullopt;
  return read_job(statement);
}

Status Store::remove_job(std::int64_t id) {
  return database_.run("DELETE FROM job WHERE id=?", id);
}

}  // namespace skald
