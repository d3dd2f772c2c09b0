// Rows of what comes in through the server: uploads, and jobs that wait for their turn.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace skald {

/// A recording that comes in piece by piece.
struct UploadRecord {
  std::int64_t id = 0;
  std::string name;            // of the user's file: data, never a path
  std::uint64_t size = 0;      // bytes, as announced
  std::uint64_t received = 0;  // bytes that are safe on disk
  std::string sha256;          // empty until all is there and hashed
  std::string created;         // local time, YYYYMMDD_HHMMSS
};

enum class JobState { Waiting, Running, Finished, Failed, Cancelled };
std::string_view to_string(JobState state);

/// A session that was asked for.
struct JobRecord {
  std::int64_t id = 0;
  std::string name;  // of the session
  JobState state = JobState::Waiting;
  std::int64_t turn = 0;                // the least one runs next
  std::string request;                  // JSON: what was asked for
  std::string outcome;                  // JSON: how far it came, and how it ended
  std::string created, started, ended;  // local time; empty: not yet
};

}  // namespace skald
