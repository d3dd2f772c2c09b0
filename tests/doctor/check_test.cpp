#include "service/doctor/check.hpp"

#include <gmock/gmock.h>

#include "base/secrets.hpp"
#include "service/doctor/examine.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::uint64_t kGiB = 1ULL << 30;

struct DoctorTest : ::testing::Test {
  void SetUp() override {
    for (const SettingInfo& setting : setting_catalogue()) ::unsetenv(std::string(setting.name).c_str());
  }
  Result<Settings> with(const std::string& env) {
    put(folder / ".env", env);
    return Settings::load({folder / ".env"});
  }
  TestFolder folder;
};

TEST_F(DoctorTest, MemoryByWhatIsFree) {
  for (const auto& [available, health] : {std::pair(8 * kGiB, Health::Ok), std::pair(kGiB, Health::Warning),
                                          std::pair(kGiB / 2, Health::Error)}) {
    Devices devices;
    devices.host = {16 * kGiB, available, 0};
    const auto checks = check_devices(devices, Settings());
    ASSERT_EQ(checks.size(), 2U);
    EXPECT_EQ(checks[0].health, health);
    EXPECT_FALSE(checks[0].advice.empty());
    EXPECT_EQ(checks[1].found, "none");
    EXPECT_EQ(checks[1].health, Health::Ok);
  }
}

TEST_F(DoctorTest, CardsWithTheirHolders) {
  Devices devices;
  devices.host = {16 * kGiB, 8 * kGiB, 0};
  devices.driver = "550.1";
  devices.gpus = {{"cuda:0", "RTX 3060", 12 * kGiB, 3 * kGiB, {{812, "ollama", 8 * kGiB}}},
                  {"cuda:1", "RTX 3060", 12 * kGiB, 11 * kGiB, {}}};
  const auto checks = check_devices(devices, Settings());
  ASSERT_EQ(checks.size(), 3U);
  EXPECT_EQ(checks[1].health, Health::Warning);
  EXPECT_THAT(checks[1].found, HasSubstr("ollama (pid 812) holds 8.0 GiB"));
  EXPECT_THAT(checks[1].found, HasSubstr("driver 550.1"));
  EXPECT_EQ(checks[1].details.at("holders")[0].at("pid"), 812);
  EXPECT_EQ(checks[2].health, Health::Ok);
}

TEST_F(DoctorTest, NoCardWhereOneIsWished) {
  Devices devices;
  devices.host = {16 * kGiB, 8 * kGiB, 0};
  devices.no_gpu = "there is no driver";
  const auto checks = check_devices(devices, with("INFERENCE_DEVICE=cuda\n").value());
  EXPECT_EQ(checks[1].health, Health::Warning);
  EXPECT_EQ(checks[1].found, "none: there is no driver");
  EXPECT_EQ(check_devices(fail(ErrorCode::Io, "cannot look"), Settings())[0].health, Health::Error);
}

TEST_F(DoctorTest, SettingsKeysAndWhoCanReadThem) {
  const auto settings = with("GROQ_API_KEY=gsk_canary0123456789WXYZ\nOTHER=1\n");
  fs::permissions(folder / ".env", fs::perms(0644));
  auto checks = check_settings(settings);
  EXPECT_EQ(checks[0].health, Health::Warning);
  EXPECT_THAT(checks[0].advice, HasSubstr("chmod 600"));
  EXPECT_THAT(checks[0].found, HasSubstr("1 name(s) of other programs"));
  EXPECT_EQ(checks[1].found, "GROQ_API_KEY gsk_…WXYZ");
  fs::permissions(folder / ".env", fs::perms(0600));
  checks = check_settings(settings);
  EXPECT_EQ(checks[0].health, Health::Ok);
  EXPECT_EQ(checks_text(checks).find("canary"), std::string::npos);
  EXPECT_EQ(checks_json(checks).dump().find("canary"), std::string::npos);
  const auto wrong = check_settings(with("LOG_LEVEL_FILE=loud\n"));
  EXPECT_EQ(wrong[0].health, Health::Error);
  EXPECT_THAT(wrong[0].found, HasSubstr("LOG_LEVEL_FILE must be"));
}

TEST_F(DoctorTest, DiskAndHome) {
  EXPECT_NE(check_disk("disk", "disk", folder.path()).found.find("free for"), std::string::npos);
  EXPECT_EQ(check_home(folder / "home").health, Health::Ok);
  put(folder / "file", "");
  const Check broken = check_home(folder / "file/home");
  EXPECT_EQ(broken.health, Health::Error);
  EXPECT_FALSE(broken.advice.empty());
}

// Workers that answer as told.
struct ToldWorkers : WorkerRunner {
  Result<Json> run(std::string_view worker, const Json&, const WorkerEvents& events,
                   const CancelToken&) override {
    if (worker == "worker_media") {
      events.metric("sandbox_landlock", landlock);
      events.metric("sandbox_filter", filter);
      return Json{{"ffmpeg", "5.1"}, {"decoders", decoders}};
    }
    if (worker == "worker_asr") return fail(ErrorCode::WorkerDied, "worker_asr ended with status 127");
    return fail(ErrorCode::Usage, "no such job");
  }
  double landlock = 0, filter = 1;
  std::string decoders = "aac,mp3float,opus";
};

TEST_F(DoctorTest, WorkersSandboxAndCodecs) {
  ToldWorkers workers;
  const CancelToken cancel;
  auto checks = check_workers(workers, "/opt", cancel);
  ASSERT_EQ(checks.size(), 4U);
  EXPECT_EQ(checks[0].found, "worker_media, worker_listen, worker_classify");
  EXPECT_EQ(checks[1].health, Health::Error);
  EXPECT_EQ(checks[1].title, "worker_asr");
  EXPECT_EQ(checks[2].health, Health::Ok);
  EXPECT_EQ(checks[2].found, "no Landlock, system call filter");
  EXPECT_EQ(checks[3].health, Health::Warning);
  EXPECT_EQ(checks[3].details.at("missing"), "vorbis, flac, alac, ac3, pcm_s16le, wmav2");
  workers.filter = 0;
  EXPECT_EQ(check_workers(workers, "/opt", cancel)[2].health, Health::Warning);
}

TEST_F(DoctorTest, TheSpeechModelThatIsWishedMustBeThere) {
  const auto checks = check_models(with("WHISPER_MODEL=no-such-model\n").value());
  ASSERT_FALSE(checks.empty());
  EXPECT_EQ(checks.back().id, "speech-model");
  EXPECT_EQ(checks.back().health, Health::Error);
}

TEST(Checks, WorstAndForms) {
  EXPECT_EQ(worst({}), Health::Ok);
  const std::vector<Check> checks = {{"a", Health::Ok, "A", "fine", "Nothing.", nullptr},
                                     {"b", Health::Warning, "B", "so so", "Look.", {{"n", 1}}}};
  EXPECT_EQ(worst(checks), Health::Warning);
  EXPECT_EQ(checks_json(checks).at("health"), "warning");
  EXPECT_EQ(checks_json(checks).at("checks")[1].at("details").at("n"), 1);
  EXPECT_THAT(checks_text(checks), HasSubstr("warning  B                so so\n"));
}

}  // namespace
}  // namespace skald
