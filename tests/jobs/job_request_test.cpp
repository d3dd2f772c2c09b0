#include "service/jobs/job_request.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace skald {
namespace {

Json request(const char* text) {
  return parse_json(text, "test").value();
}

TEST(JobRequest, SurvivesTheDatabase) {
  const auto job =
      job_from_json(request(R"({"recordings": [{"upload": 3}, {"path": "/a b.wav"}, {"demo": true}],
    "name": " evening ", "party": "{}", "party_id": "x", "options": {"language": "nl", "speakers": 5, "model": null}})"));
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->name, "evening");
  EXPECT_EQ(std::get<UploadedRecording>(job->recordings[0]).id, 3);
  EXPECT_EQ(std::get<RecordingHere>(job->recordings[1]).path, "/a b.wav");
  EXPECT_EQ(job->wish.speakers, 5);
  const auto again = job_from_json(to_json(*job));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), to_json(*job));
}

TEST(JobRequest, WhatIsWrongIsUsage) {
  for (const char* text :
       {"{}", R"({"recordings": {}})", R"({"recordings": [{"upload": -1}]})",
        R"({"recordings": [{"upload": 1, "demo": true}]})",
        R"({"recordings": [{"upload": 1}], "options": {"output": "/"}})",
        R"({"recordings": [{"path": "a"}]})", R"({"recordings": [{"upload": 1}], "more": 1})",
        R"({"recordings": [{"upload": 1}], "name": ["a"]})"}) {
    const auto job = job_from_json(request(text));
    ASSERT_FALSE(job) << text;
    EXPECT_EQ(job.error().code, ErrorCode::Usage) << text;
  }
}

TEST(JobRequest, NoWordIsTakenForAnOption) {
  JobRequest job;
  job.wish.language = "--help";
  CheckedJob checked;
  checked.name = "--output=/tmp";
  checked.files = {"/a.wav"};
  checked.called = {"--fresh"};
  checked.party = "{}";
  checked.options.output = "/home";
  checked.options.transcriber = "whisper";
  const auto words = job_arguments(job, checked, "/party.json");
  EXPECT_EQ(words[0], "process");
  EXPECT_EQ(words[1], "/a.wav");
  for (std::size_t i = 2; i < words.size(); ++i) {
    EXPECT_TRUE(words[i].starts_with("--")) << words[i];
    EXPECT_NE(words[i].find('='), std::string::npos) << words[i];
  }
  EXPECT_NE(std::find(words.begin(), words.end(), "--session=--output=/tmp"), words.end());
}

}  // namespace
}  // namespace skald
