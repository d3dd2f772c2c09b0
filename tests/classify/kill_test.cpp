// worker_classify as a process of its own, killed (SIGKILL) after each of its units in turn.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "formats/json.hpp"
#include "support/folder.hpp"
#include "support/shared.hpp"

extern char** environ;

namespace skald {
namespace {

namespace fs = std::filesystem;

constexpr int kSegments = 7;  // a unit each, for each of the two readers

// Starts the worker with its events on a pipe. Kills it as soon as `kill_at` units are told; 0: lets it end.
// Returns its wait status.
int run_worker_process(const fs::path& job, int kill_at) {
  int ends[2] = {-1, -1};
  if (::pipe(ends) != 0) return -1;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);  // where events go without descriptor 3
  std::string program = std::string(SKALD_BINARY_DIR) + "/worker_classify", argument = job.string();
  char* arguments[] = {program.data(), argument.data(), nullptr};
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failed != 0) {
    ::close(ends[0]);
    return -1;
  }
  std::FILE* events = ::fdopen(ends[0], "r");
  char line[4096];
  for (int units = 0; std::fgets(line, sizeof line, events) != nullptr;) {
    if (std::string_view(line).find("\"unit\"") == std::string_view::npos) continue;
    if (++units == kill_at) ::kill(pid, SIGKILL);
  }
  std::fclose(events);
  int status = -1;
  ::waitpid(pid, &status, 0);
  return status;
}

TEST(WorkerClassify, KilledAfterAnyUnitGoesOnToTheSameFiles) {
  SKALD_NEED_MODEL(model, "e5-small");
  const TestFolder folder;
  std::string lines;
  for (int i = 0; i < kSegments; ++i)
    lines += to_line(Json{{"text", "The " + std::to_string(i) + "th door opens, and you roll a die."},
                          {"speaker", i % 2 ? "A" : "B"}}) +
             "\n";
  put(folder / "segments.jsonl", lines);
  const auto job_in = [&](const std::string& name) {
    const Json job = {{"segments", (folder / "segments.jsonl").string()},
                      {"model", model.string()},
                      {"head", SKALD_SOURCE_DIR "/data/classification/head.bin"},
                      {"dialogue", SKALD_SOURCE_DIR "/data/classification/dialogue.bin"},
                      {"threads", 1},
                      {"batch", 1},
                      {"units", (folder / (name + "/units")).string()},
                      {"output", (folder / (name + "/output")).string()}};
    put(folder / (name + "/job.json"), to_line(job));
    return folder / (name + "/job.json");
  };
  ASSERT_EQ(run_worker_process(job_in("whole"), 0), 0);
  const fs::path cut = job_in("cut");
  // Each run is killed a unit later than the one before: units that are there are told again.
  for (int kill_at = 1; kill_at < 2 * kSegments; kill_at += 3) {
    const int status = run_worker_process(cut, kill_at);
    // A worker that was faster than the signal has ended well; both ways its files must be right.
    ASSERT_TRUE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) || status == 0) << status;
  }
  ASSERT_EQ(run_worker_process(cut, 0), 0);
  for (const char* file : {"output/labels.jsonl", "output/roles.json"}) {
    EXPECT_FALSE(content_of(folder / (std::string("whole/") + file)).empty());
    EXPECT_EQ(content_of(folder / (std::string("cut/") + file)),
              content_of(folder / (std::string("whole/") + file)));
  }
}

}  // namespace
}  // namespace skald
