#include "service/jobs/job_progress.hpp"

#include <gtest/gtest.h>

namespace skald {
namespace {

using News = JobProgress::News;

TEST(JobProgress, BeginsWithAllStagesWaiting) {
  const Json json = JobProgress().json();
  EXPECT_TRUE(json["stage"].is_null());
  EXPECT_EQ(json["stages"].size(), kStages.size());
  for (const Json& stage : json["stages"]) EXPECT_EQ(stage["state"], "waiting");
}

TEST(JobProgress, FollowsStages) {
  JobProgress progress;
  EXPECT_EQ(progress.take(R"({"event":"progress","stage":"listen","share":0.25,"remaining_seconds":70})"),
            News::Much);
  EXPECT_EQ(progress.take(R"({"event":"progress","stage":"listen","share":0.5})"), News::Little);
  Json json = progress.json();
  EXPECT_EQ(json["stage"], "listen");
  EXPECT_EQ(json["share"], 0.5);
  EXPECT_TRUE(json["remaining_seconds"].is_null());  // not measured any more
  EXPECT_EQ(json["stages"][1]["state"], "running");
  EXPECT_EQ(progress.take(R"({"event":"stage_done","stage":"listen","reused":false,"seconds":1.5})"),
            News::Much);
  EXPECT_EQ(progress.take(R"({"event":"stage_done","stage":"listen","reused":false,"seconds":2})"),
            News::Much);
  json = progress.json();
  EXPECT_EQ(json["stages"][1],
            (Json{{"name", "listen"}, {"state", "done"}, {"share", 1.0}, {"seconds", 3.5}}));
  progress.take(R"({"event":"stage_done","stage":"diarize","reused":true,"seconds":0})");
  EXPECT_EQ(progress.json()["stages"][2]["state"], "reused");
}

TEST(JobProgress, AtTheEndNothingRuns) {
  JobProgress progress;
  progress.take(R"({"event":"progress","stage":"decode","share":0.25,"remaining_seconds":70})");
  progress.end();
  EXPECT_EQ(progress.json()["stages"][0]["state"], "waiting");
  EXPECT_TRUE(progress.json()["remaining_seconds"].is_null());
}

TEST(JobProgress, KeepsWhatWentOtherwiseThanAsked) {
  JobProgress progress;
  progress.take(R"json({"event":"fallback","text":"classify: e5 instead of ollama (it does not run)"})json");
  progress.take(R"({"event":"warning","text":"the recording ends early"})");
  EXPECT_EQ(progress.json()["fallbacks"][0]["stage"], "classify");
  EXPECT_EQ(progress.json()["notes"][0], (Json{{"kind", "warning"}, {"text", "the recording ends early"}}));
  for (int i = 0; i < 1000; ++i) progress.take(R"({"event":"note","text":"again"})");
  EXPECT_EQ(progress.json()["notes"].size(), 50U);
}

TEST(JobProgress, ErrorsOfTheRunOrItsLastPlainLine) {
  JobProgress told;
  told.take("something odd");
  told.take(R"({"event":"failed","code":"NoSpace","message":"full","advice":"free some"})");
  EXPECT_EQ(*told.error(), (Json{{"code", "NoSpace"}, {"message", "full"}, {"advice", "free some"}}));
  JobProgress plain;
  EXPECT_FALSE(plain.error());
  plain.take("skald: --speakers: not a number. gsk_canary0123456789WXYZ");
  plain.take("");
  const std::string message = (*plain.error())["message"];
  EXPECT_NE(message.find("not a number"), std::string::npos);
  EXPECT_EQ(message.find("canary"), std::string::npos);
}

TEST(JobProgress, TellsSegmentsOnceAndATrackThatBeginsAnewFromItsStart) {
  JobProgress progress;
  const auto told = [&](int track, int unit, const std::string& text) {
    Json event = Json::parse(R"({"event":"segments","segments":[{}]})");
    event["track"] = track;
    event["unit"] = unit;
    event["segments"][0]["text"] = text;
    return progress.take(to_line(event));
  };
  EXPECT_FALSE(progress.new_segments());
  EXPECT_EQ(told(1, 0, "one"), News::None);
  told(1, 1, "two");
  EXPECT_EQ(*progress.new_segments(),
            Json::parse(R"({"from":0,"segments":[{"text":"one"},{"text":"two"}]})"));
  EXPECT_FALSE(progress.new_segments());
  told(2, 0, "three");
  EXPECT_EQ(*progress.new_segments(), Json::parse(R"({"from":2,"segments":[{"text":"three"}]})"));
  told(1, 0, "anew");
  EXPECT_EQ(*progress.new_segments(),
            Json::parse(R"({"from":0,"segments":[{"text":"three"},{"text":"anew"}]})"));
  EXPECT_EQ(progress.segments().size(), 2U);
}

TEST(JobProgress, OddLinesDoNoHarm) {
  JobProgress progress;
  const Json before = progress.json();
  for (const char* line : {"{", "[]", "7", "null", R"({"event":5})", R"({"event":"progress"})",
                           R"({"event":"new"})", R"({"event":"progress","stage":"bake","share":0.5})",
                           R"({"event":"segments","segments":7})", "\xff\xfe", R"({"event":"stage_done"})"})
    EXPECT_EQ(progress.take(line), News::None) << line;
  EXPECT_EQ(progress.take(std::string(100000, '[')), News::None);
  EXPECT_EQ(progress.json(), before);
}

}  // namespace
}  // namespace skald
