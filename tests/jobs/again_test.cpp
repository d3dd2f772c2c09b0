#include "service/jobs/again.hpp"

#include <gtest/gtest.h>

#include "support/folder.hpp"

namespace skald {
namespace {

class Again : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = Store::open(folder_.path()).value();
    uploads_ = Uploads::open(folder_.path(), [](const UploadRecord&) {}).value();
  }
  void add_run(const Json& details) {
    RunRecord run{0, "key", "Thursday", {}, RunState::Finished, "20261123_200000", to_line(details)};
    ASSERT_TRUE(store_->add_run(run));
    if (session_ == 0) session_ = run.id;  // the first run names it
  }
  Result<JobRequest> again(const Json& options = Json::object()) {
    return job_again({{"session", session_}, {"options", options}}, *store_, *uploads_);
  }
  static Json details() {
    return {{"recordings", {{{"path", "/a b.wav"}, {"sha256", "1"}}}},
            {"backends", {"whisper", "community-1", "groq"}},
            {"languages", {"nl"}},
            {"speakers", {4, 0, 0}},
            {"model", "/models/whisper-base"},
            {"party",
             {{"id", "table"},
              {"party_name", "The Table"},
              {"dm_name", "Rowan"},
              {"characters", Json::array()}}}};
  }

  TestFolder folder_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Uploads> uploads_;
  std::int64_t session_ = 0;
};

TEST_F(Again, WhatIsNotNamedStays) {
  add_run(details());
  const auto request = again({{"speakers", 5}, {"from", "diarize"}});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->name, "Thursday");
  EXPECT_EQ(std::get<RecordingHere>(request->recordings.at(0)).path, "/a b.wav");
  EXPECT_EQ(Json::parse(request->party)["table"]["dm_name"], "Rowan");
  EXPECT_EQ(request->wish.language, "nl");
  EXPECT_EQ(request->wish.speakers, 5);
  EXPECT_EQ(request->wish.from, "diarize");
  EXPECT_EQ(request->wish.model, "whisper-base");
}

TEST_F(Again, ServicesAreNamedAnew) {
  add_run(details());
  EXPECT_EQ(again()->wish.classifier, "");
  EXPECT_EQ(again()->wish.transcriber, "whisper");
  EXPECT_EQ(again({{"classifier", "groq"}})->wish.classifier, "groq");
  EXPECT_EQ(again({{"preset", "mixed"}})->wish.transcriber, "") << "a preset names them";
}

TEST_F(Again, AnUploadStaysAnUpload) {
  Json run = details();
  run["recordings"][0]["path"] = uploads_->file(12).string();
  add_run(run);
  EXPECT_EQ(std::get<UploadedRecording>(again()->recordings.at(0)).id, 12);
}

TEST_F(Again, OddDetailsAndRequests) {
  add_run(Json::object());
  EXPECT_EQ(again().error().code, ErrorCode::NotFound);
  add_run({{"recordings", {{{"path", "/a.wav"}}}},
           {"backends", {1, 2, 3}},
           {"languages", {5, "x"}},
           {"speakers", {"x"}},
           {"model", 7}});
  const auto request = again();
  ASSERT_TRUE(request);
  EXPECT_FALSE(request->wish.speakers);
  for (const char* text :
       {R"({"session": "1"})", R"({"session": 1, "name": "x"})", R"({"session": 1, "options": {"from": 7}})"})
    EXPECT_EQ(job_again(Json::parse(text), *store_, *uploads_).error().code, ErrorCode::Usage) << text;
  EXPECT_EQ(job_again({{"session", 77}}, *store_, *uploads_).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace skald
