// What a job is asked to do, as it comes from a page or a script and stands in the database.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "formats/json.hpp"
#include "service/plan/wish.hpp"
#include "service/uploads/uploads.hpp"

namespace skald {

struct DemoRecording {};
struct UploadedRecording {
  std::int64_t id = 0;
};
struct RecordingHere {
  std::filesystem::path path;  // absolute
};
using JobRecording = std::variant<UploadedRecording, DemoRecording, RecordingHere>;

struct JobRequest {
  std::vector<JobRecording> recordings;
  std::string name;      // of the session; empty: that of the first recording
  std::string party;     // text of a party file; empty: none
  std::string party_id;  // where it holds several
  RunWish wish;
};

/// {"recordings": [{"upload"} | {"demo": true} | {"path"}], "name", "party", "party_id", "options"}. Usage:
/// anything else in it, or of another type.
Result<JobRequest> job_from_json(const Json& json);
Json to_json(const JobRequest& request);

/// A request whose recordings and options are there and usable.
struct CheckedJob {
  std::string name;                          // of the session
  std::vector<std::filesystem::path> files;  // the recordings
  std::vector<std::string> called;           // what their users call them
  std::string party;                         // as in the request, or that of the demo
  ProcessOptions options;
};
/// By the code that the command line goes through; the error of a party names line and column. Conflict: an
/// upload is not complete.
Result<CheckedJob> check_job(const JobRequest& request, Uploads& uploads,
                             const std::filesystem::path& output);

/// The words for `skald`; `party`: where the text of the party stands, if there is one.
std::vector<std::string> job_arguments(const JobRequest& request, const CheckedJob& checked,
                                       const std::filesystem::path& party);

}  // namespace skald
