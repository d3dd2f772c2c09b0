// worker_asr as the supervisor runs it: results, errors, and going on after a sudden end.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "asr/tiny_model.hpp"
#include "formats/json.hpp"
#include "support/folder.hpp"
#include "support/shared.hpp"

namespace skald::whisper {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int status = -1;
  Json last;
};

// Runs the worker by hand: events come on its standard output. `kill_at` may end it at an event.
Outcome run(const fs::path& folder, Json job, const std::function<bool(const Json&)>& kill_at = {}) {
  job["units"] = (folder / "units").string();
  job["output"] = folder.string();
  fs::create_directories(folder);
  put(folder / "job.json", job.dump());
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const std::string program = std::string(SKALD_BINARY_DIR) + "/worker_asr",
                    file = (folder / "job.json").string();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, 3);
  std::string a = program, b = file;
  char* arguments[] = {a.data(), b.data(), nullptr};
  pid_t pid = 0;
  EXPECT_EQ(::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments, environ), 0) << program;
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  Outcome out;
  std::string line;
  for (char c = 0; ::read(ends[0], &c, 1) == 1;) {
    if (c != '\n') {
      line += c;
      continue;
    }
    Json event = Json::parse(line, nullptr, false);
    line.clear();
    if (!event.is_object()) continue;
    if (kill_at && kill_at(event)) ::kill(pid, SIGKILL);
    out.last = std::move(event);
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  out.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return out;
}

Json job_for(const fs::path& audio, const fs::path& model, const fs::path& speech) {
  return {{"audio", audio.string()},
          {"speech", speech.string()},
          {"model", model.string()},
          {"languages", {"en", "nl"}},
          {"hotwords", "Zorvath"},
          {"threads", 2},
          {"batch", 1},
          {"precision", "f32"}};
}

TEST(WorkerAsr, GoesOnAfterASuddenEnd) {
  SKALD_NEED_MODEL(model, "whisper-base");
  SKALD_NEED_SHARED(audio, "testdata/oracles_diarization/test_3speakers.wav");
  const TestFolder folder;
  put(folder / "speech.json", R"({"duration": 36, "speech": [[0, 9], [9.5, 18], [18.4, 26], [26.2, 35.3]]})");
  const Json job = job_for(audio, model, folder / "speech.json");
  const Outcome whole = run(folder / "a", job);
  ASSERT_EQ(whole.status, 0) << whole.last.dump();
  const Outcome cut =
      run(folder / "b", job, [](const Json& e) { return e["event"] == "unit" && e["index"] == 0; });
  EXPECT_EQ(cut.status, 128 + SIGKILL);
  EXPECT_FALSE(fs::exists(folder / "b/words.json"));
  ASSERT_EQ(run(folder / "b", job).status, 0);
  EXPECT_EQ(content_of(folder / "a/words.json"), content_of(folder / "b/words.json"));

  // A damaged unit is made again.
  put(folder / "b/units/unit_000001.json", "{");
  fs::remove(folder / "b/words.json");
  ASSERT_EQ(run(folder / "b", job).status, 0);
  EXPECT_EQ(content_of(folder / "a/words.json"), content_of(folder / "b/words.json"));

  const Json result = Json::parse(content_of(folder / "a/words.json"));
  ASSERT_GE(result["chunks"].size(), 2U);
  std::size_t words = 0;
  for (const Json& chunk : result["chunks"]) {
    EXPECT_EQ(chunk["language"], "en");
    double from = chunk["start"];
    for (const Json& word : chunk["words"]) {
      EXPECT_LE(from, word["start"].get<double>());
      EXPECT_LE(word["start"].get<double>(), word["end"].get<double>());
      EXPECT_LE(word["end"].get<double>(), chunk["end"].get<double>());
      from = word["start"];
      ++words;
    }
  }
  EXPECT_GT(words, 60U);
}

TEST(WorkerAsr, SaysWhatIsWrong) {
  SKALD_NEED_SHARED(audio, "testdata/oracles_diarization/test_short.wav");
  const TestFolder folder;
  write_tiny_model(folder / "model", {80, false, 64, 1});
  put(folder / "speech.json", R"({"duration": 36, "speech": [[0, 3]]})");
  Json good = job_for(audio, folder / "model", folder / "speech.json");
  good["languages"] = {"en"};
  const auto expect = [&](const std::string& key, const Json& value, const std::string& said, int n) {
    Json job = good;
    job[key] = value;
    const Outcome out = run(folder / ("run" + std::to_string(n)), job);
    EXPECT_NE(out.status, 0);
    EXPECT_EQ(out.last["event"], "failed");
    EXPECT_NE(out.last["message"].get<std::string>().find(said), std::string::npos) << out.last.dump();
  };
  expect("model", (folder / "none").string(), "none", 1);
  expect("audio", (folder / "none.wav").string(), "none.wav", 2);
  expect("languages", {"nl"}, "English only", 3);
  expect("languages", Json::array(), "no language", 4);
  expect("batch", 1000, "batch", 5);
  expect("precision", "f7", "f7", 6);
  expect("decoder", "other", "other", 7);
  expect("task", "sing", "sing", 8);
  put(folder / "speech.json", R"({"duration": 36, "speech": [[0]]})");
  const Outcome out = run(folder / "run9", good);
  EXPECT_NE(out.last["message"].get<std::string>().find("speech.json"), std::string::npos);
}

TEST(WorkerAsr, TellsWhatSuitsTheMachine) {
  SKALD_NEED_MODEL(model, "whisper-base");
  const TestFolder folder;
  const Json job{{"task", "tune"}, {"model", model.string()}, {"threads", 2}};
  const Outcome out = run(folder / "a", job);
  ASSERT_EQ(out.status, 0) << out.last.dump();
  const Json& answer = out.last["result"];
  const std::string precision = answer["precision"], decoder = answer["decoder"];
  EXPECT_TRUE(precision == "f32" || precision == "bf16") << precision;
  EXPECT_TRUE(decoder == "native" || decoder == "ctranslate2") << decoder;
  EXPECT_GE(answer["threads"].get<int>(), 1);
  EXPECT_LE(answer["threads"].get<int>(), 2);
  EXPECT_GT(answer["measured"]["decoder_native"].get<double>(), 0);
  EXPECT_GT(answer["measured"]["decoder_ctranslate2"].get<double>(), 0);
  if (precision == "bf16") {
    EXPECT_LE(answer["measured"]["difference_bf16"].get<double>(), 0.05);
  }
}

// On a machine without NVIDIA's driver a job for a card ends with what is missing, before any sound is read
// twice.
TEST(WorkerAsr, ACardThatIsNotThereIsSaid) {
  if (void* driver = ::dlopen("libcuda.so.1", RTLD_NOW); driver != nullptr) {
    ::dlclose(driver);
    GTEST_SKIP() << "this machine has NVIDIA's driver";
  }
  SKALD_NEED_SHARED(audio, "testdata/oracles_diarization/test_short.wav");
  const TestFolder folder;
  write_tiny_model(folder / "model", {80, true, 64, 1});
  put(folder / "speech.json", R"({"duration": 36, "speech": [[0, 3]]})");
  Json job = job_for(audio, folder / "model", folder / "speech.json");
  job["device"] = "cuda";
  job["precision"] = "float16";
  const Outcome out = run(folder / "a", job);
  EXPECT_EQ(out.last["code"], "Unavailable") << out.last.dump();
  EXPECT_NE(out.last["message"].get<std::string>().find("NVIDIA driver"), std::string::npos)
      << out.last.dump();
  EXPECT_FALSE(fs::exists(folder / "a/words.json"));
  EXPECT_EQ(run(folder / "b", {{"task", "card"}}).last["code"], "Unavailable");
  job["precision"] = "bf16";
  EXPECT_EQ(run(folder / "c", job).last["code"], "Usage");
}

TEST(WorkerAsr, NoSpeechGivesNoWords) {
  SKALD_NEED_SHARED(audio, "testdata/oracles_diarization/test_short.wav");
  const TestFolder folder;
  write_tiny_model(folder / "model", {80, true, 64, 1});
  put(folder / "speech.json", R"({"duration": 36, "speech": []})");
  ASSERT_EQ(run(folder / "a", job_for(audio, folder / "model", folder / "speech.json")).status, 0);
  EXPECT_TRUE(Json::parse(content_of(folder / "a/words.json"))["chunks"].empty());
}

}  // namespace
}  // namespace skald::whisper
