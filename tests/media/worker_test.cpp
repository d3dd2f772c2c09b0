// The worker as a process: its sandbox, and its memory.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include "base/files.hpp"
#include "engines/media/media.hpp"
#include "formats/json.hpp"
#include "media/media_writer.hpp"
#include "platform/sandbox/sandbox.hpp"
#include "platform/sandbox/sanitized.hpp"
#include "platform/wav/outline.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

namespace fs = std::filesystem;

// Runs `attempt` in a process of its own, inside the sandbox; its errno, or 0 where it was allowed.
int inside(const SandboxSpec& spec, const std::function<bool()>& attempt) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!enter_sandbox(spec)) ::_exit(255);
    errno = 0;
    const bool allowed = attempt();
    ::_exit(allowed ? 0 : errno);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

bool can_open(const fs::path& path, int flags) {
  return ::open(path.c_str(), flags, 0600) >= 0;
}

class Sandbox : public testing::Test {
 protected:
  void SetUp() override {
    if (sandbox::kSanitized) GTEST_SKIP() << "sanitizers need a relaxed system call filter";
    std::ofstream(folder_ / "secret") << "secret";
    fs::create_directory(folder_ / "out");
    spec_.write_paths = {folder_ / "out"};
  }
  TestFolder folder_;
  SandboxSpec spec_;
};

TEST_F(Sandbox, OpensNothing) {
  EXPECT_EQ(inside(spec_, [&] { return can_open(folder_ / "secret", O_RDONLY); }), EPERM);
  EXPECT_EQ(inside(spec_, [&] { return can_open("/etc/passwd", O_RDONLY); }), EPERM);
  EXPECT_EQ(inside(spec_, [&] { return can_open(folder_ / "new", O_WRONLY | O_CREAT); }), EPERM);
}

TEST_F(Sandbox, WorksOnWhatIsOpen) {
  const Fd fd(::open((folder_ / "secret").c_str(), O_RDONLY | O_CLOEXEC));
  char byte = 0;
  EXPECT_EQ(inside(spec_, [&] { return ::pread(fd.get(), &byte, 1, 0) == 1; }), 0);
}

TEST_F(Sandbox, HasNoNetwork) {
  for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK})
    EXPECT_EQ(inside(spec_, [&] { return ::socket(family, SOCK_STREAM, 0) >= 0; }), EPERM) << family;
  // A socket that was open before is of no use either.
  const Fd open(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(inside(spec_,
                   [&] {
                     return ::connect(open.get(), reinterpret_cast<const sockaddr*>(&address),
                                      sizeof address) == 0;
                   }),
            EPERM);
}

TEST_F(Sandbox, StartsNothingAndMakesNoCode) {
  EXPECT_EQ(inside(spec_,
                   [] {
                     char name[] = "/bin/true";
                     char* arguments[] = {name, nullptr};
                     return ::execv(name, arguments) == 0;
                   }),
            EPERM);
  EXPECT_EQ(inside(spec_, [] { return ::fork() >= 0; }), EPERM);
  EXPECT_EQ(inside(spec_,
                   [] {
                     return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
                   }),
            EPERM);
}

TEST_F(Sandbox, RemovesNothingElsewhere) {
  constexpr long kCreateRuleset = 444;  // asks for the version of Landlock only
  if (::syscall(kCreateRuleset, nullptr, 0, 1) <= 0)
    GTEST_SKIP() << "this kernel has no Landlock, which limits removing to the output folder";
  EXPECT_EQ(inside(spec_, [&] { return ::unlink((folder_ / "secret").c_str()) == 0; }), EACCES);
  EXPECT_TRUE(fs::exists(folder_ / "secret"));
}

struct Ended {
  int status = -1;
  long peak_kilobytes = 0;
  std::vector<Json> events;
  double metric(const std::string& name) const {
    for (const Json& event : events)
      if (get_or(event, "event", std::string()) == "metric" && get_or(event, "name", std::string()) == name)
        return get_or(event, "value", -1.0);
    return -1;
  }
  const Json& last() const { return events.back(); }
};

Ended run_worker_on(const TestFolder& folder, const Json& job) {
  const fs::path job_file = folder / "job.json";
  const fs::path out = folder / "events.jsonl";
  std::ofstream(job_file) << to_line(job);
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::close(3);  // so that events go to standard output
    const std::string program = std::string(SKALD_BINARY_DIR) + "/worker_media";
    // The check for leaks reads /proc, which the sandbox forbids.
    if (sandbox::kSanitized) ::setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    ::execl(program.c_str(), program.c_str(), job_file.c_str(), nullptr);
    ::_exit(127);
  }
  Ended ended;
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  ended.peak_kilobytes = usage.ru_maxrss;
  std::ifstream lines(out);
  for (std::string line; std::getline(lines, line);)
    if (auto event = parse_json(line, "event")) ended.events.push_back(*event);
  EXPECT_FALSE(ended.events.empty());
  if (ended.events.empty()) ended.events.push_back(Json::object());
  return ended;
}

fs::path write_sound(const fs::path& path, const std::string& codec, double seconds) {
  TrackSpec track;
  track.codec = codec;
  track.rate = 8000;
  track.stretches = {{0, seconds}};
  track.signal = [](double time, int) { return std::fmod(time * 440, 1) * 0.5; };
  return write_media(path, {"", {track}, Video::None, 0});
}

TEST(Worker, DecodesInItsSandbox) {
  TestFolder folder;
  const auto file = write_sound(folder / "a.flac", "flac", 2);
  const Ended ended =
      run_worker_on(folder, {{"input", file.string()}, {"output", (folder / "out").string()}});
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(get_or(ended.last(), "event", std::string()), "done");
  EXPECT_EQ(ended.last()["result"]["samples"], 32000);
  EXPECT_TRUE(fs::exists(folder / "out" / "audio.wav"));
  EXPECT_TRUE(fs::exists(folder / "out" / "media.json"));
  EXPECT_EQ(ended.metric("sandbox_filter"), 1);
}

TEST(Worker, ListsStreams) {
  TestFolder folder;
  const auto file = write_sound(folder / "a.flac", "flac", 2);
  const Ended ended = run_worker_on(folder, {{"do", "probe"}, {"input", file.string()}});
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.last()["result"]["streams"][0]["codec"], "flac");
}

// FLAC loses nothing: what comes back is the stretches, joined.
TEST(Worker, JoinsStretchesIntoFlac) {
  TestFolder folder;
  const auto sound = write_sound(folder / "a.flac", "flac", 5);
  run_worker_on(folder, {{"input", sound.string()}, {"output", (folder / "out").string()}});
  const auto audio = WavFile::open(folder / "out" / "audio.wav");
  ASSERT_TRUE(audio);
  const fs::path piece = folder / "out" / "piece.flac";
  const Ended ended = run_worker_on(folder, {{"do", "flac"},
                                             {"input", (folder / "out" / "audio.wav").string()},
                                             {"stretches", {{1000, 33000}, {40000, 80000}}},
                                             {"output", piece.string()}});
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.last()["result"]["bytes"], fs::file_size(piece));
  EXPECT_EQ(ended.metric("sandbox_filter"), 1);
  const auto back = media::decode({piece, -1, folder / "back"}, nullptr, nullptr);
  ASSERT_TRUE(back) << back.error().message;
  const auto heard = WavFile::open(folder / "back" / "audio.wav");
  ASSERT_TRUE(heard);
  std::vector<std::int16_t> wanted, got;
  audio->append_to(wanted, {1000}, {33000});
  audio->append_to(wanted, {40000}, {80000});
  heard->append_to(got, {0}, heard->length());
  EXPECT_EQ(got, wanted);
}

TEST(Worker, RefusesStretchesOutsideOfTheAudio) {
  TestFolder folder;
  const auto sound = write_sound(folder / "a.flac", "flac", 1);
  run_worker_on(folder, {{"input", sound.string()}, {"output", (folder / "out").string()}});
  const std::string audio = (folder / "out" / "audio.wav").string();
  for (const Json& stretches :
       {Json{{16000, 16001}}, Json{{5, 5}}, Json{{-1, 5}}, Json{{1}}, Json::array()}) {
    const Ended ended = run_worker_on(folder, {{"do", "flac"},
                                               {"input", audio},
                                               {"stretches", stretches},
                                               {"output", (folder / "out" / "piece.flac").string()}});
    EXPECT_EQ(ended.status, 2) << stretches;
    EXPECT_FALSE(fs::exists(folder / "out" / "piece.flac"));
  }
}

TEST(Worker, MakesACopyForPlayers) {
  TestFolder folder;
  const auto sound = write_sound(folder / "a.flac", "flac", 3);
  run_worker_on(folder, {{"input", sound.string()}, {"output", (folder / "out").string()}});
  const Ended ended = run_worker_on(folder, {{"do", "copy"},
                                             {"input", (folder / "out" / "audio.wav").string()},
                                             {"output", (folder / "copy").string()}});
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.metric("sandbox_filter"), 1);
  const auto audio = WavFile::open(folder / "out" / "audio.wav");
  ASSERT_TRUE(audio);
  std::vector<std::int16_t> samples;
  audio->append_to(samples, {0}, audio->length());
  Outline outline;
  outline.add(samples);
  const auto pairs = outline.finish();
  ASSERT_EQ(pairs.size(), 600U);
  EXPECT_EQ(read_file(folder / "copy" / kOutlineFile).value(), std::string(pairs.begin(), pairs.end()));
}

TEST(Worker, SaysWhatIsWrong) {
  TestFolder folder;
  const Ended ended = run_worker_on(
      folder, {{"input", (folder / "missing").string()}, {"output", (folder / "out").string()}});
  EXPECT_EQ(ended.status, 2);
  EXPECT_EQ(get_or(ended.last(), "event", std::string()), "failed");
  EXPECT_EQ(get_or(ended.last(), "code", std::string()), "NotFound");
}

TEST(Worker, MemoryDoesNotGrowWithLength) {
  if (sandbox::kSanitized) GTEST_SKIP() << "sanitizers keep freed memory";
  for (const auto& [name, codec] :
       {std::pair{"a.wav", "pcm_s16le"}, {"a.flac", "flac"}, {"a.mp3", "libmp3lame"}}) {
    TestFolder folder;
    const Json output = (folder / "out").string();
    const auto brief = write_sound(folder / ("brief-" + std::string(name)), codec, 10);
    const auto lengthy = write_sound(folder / ("long-" + std::string(name)), codec, 1800);
    const Ended first = run_worker_on(folder, {{"input", brief.string()}, {"output", output}});
    const Ended second = run_worker_on(folder, {{"input", lengthy.string()}, {"output", output}});
    ASSERT_EQ(second.status, 0);
    EXPECT_EQ(second.last()["result"]["samples"], 1800 * 16000);
    // The long one has 57 MB of samples.
    EXPECT_LT(second.peak_kilobytes - first.peak_kilobytes, 4096) << name << ": " << second.peak_kilobytes;
  }
}

}  // namespace
}  // namespace skald
