// Labelling a session through services that behave well, badly, slowly, or not at all.
#include "engines/llm/label_run.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "engines/llm/confidence.hpp"
#include "engines/llm/prompt.hpp"
#include "llm/fake_model.hpp"
#include "support/folder.hpp"

namespace {

using namespace skald;
using namespace skald::llm;
using skald::testing::LoopbackServer;
using skald::testing::Manner;

const CancelToken kNever;
const LlmEvents kQuiet;

void expect_right(const LabelRun& run) {
  for (std::size_t i = 0; i < run.labels.size(); ++i) {
    ASSERT_TRUE(run.labels[i]) << i;
    EXPECT_EQ(prompt_label(*run.labels[i]), expected_label(i)) << i;
  }
}

// ---- services that answer ----

TEST(LabelRun, LabelsASessionThroughOllama) {
  LoopbackServer server([](const Heard& h) { return ollama_answer(to_line(labels_for(h)), Logprobs::Yes); });
  TestFolder folder;
  FakeTime time;
  const LabelRun run = run_with(ollama_at(server.url()), session(100), time, folder / "units");
  EXPECT_FALSE(run.stopped) << run.stopped->message;
  expect_right(run);
  EXPECT_EQ(run.calls, 5U);
  EXPECT_EQ(run.tokens_in, 5 * 900);
  EXPECT_EQ(run.tokens_out, 5 * 100);
  const Label& story = *run.labels[1];
  EXPECT_EQ(story.backend, "ollama");
  EXPECT_EQ(story.character, "Korrel");
  EXPECT_NEAR(story.confidence, 0.8, 1e-6);
  EXPECT_EQ(run.labels[0]->voice, Voice::OOC_OTHER);
}

TEST(LabelRun, TellsOllamaEverythingItNeeds) {
  LoopbackServer server([](const Heard& h) { return ollama_answer(to_line(labels_for(h))); });
  TestFolder folder;
  FakeTime time;
  LlmTarget target = ollama_at(server.url());
  target.num_gpu = 0;
  target.threads = 2;
  const LlmJob job = session(60);
  ASSERT_FALSE(run_with(target, job, time, folder / "units").stopped);
  std::set<int> contexts;
  for (const Heard& heard : server.heard()) {
    EXPECT_EQ(heard.path, "/api/chat");
    const Json body = *parse_json(heard.body, "request");
    contexts.insert(body.at("options").at("num_ctx").get<int>());
    EXPECT_EQ(body.at("options").at("num_gpu"), 0);
    EXPECT_EQ(body.at("options").at("num_thread"), 2);
    EXPECT_EQ(body.at("options").at("temperature"), 0);
    EXPECT_EQ(body.at("keep_alive"), 300);
    EXPECT_EQ(body.at("format").at("required").size(), body.at("format").at("properties").size());
    EXPECT_EQ(heard.body.find("confidence"), std::string::npos) << "a model is never asked how sure it is";
  }
  ASSERT_EQ(contexts.size(), 1U) << "another context makes Ollama load the model anew";
  EXPECT_EQ(*contexts.begin(), estimate(target, job, folder / "none").num_ctx);
}

TEST(LabelRun, WithoutLogprobsTheConfidenceIsNotMeasured) {
  LoopbackServer server([](const Heard& h) { return openai_answer(to_line(labels_for(h))); });
  TestFolder folder;
  FakeTime time;
  const LabelRun run = run_with(openai_at(server.url()), session(10), time, folder / "units");
  expect_right(run);
  EXPECT_EQ(run.labels[1]->confidence, kUnmeasured);
  EXPECT_NE(run.labels[1]->reasoning.find("not measured"), std::string::npos);
  EXPECT_EQ(run.labels[1]->backend, "groq");
}

TEST(LabelRun, AFourHourSessionTakesATenthOfTheCalls) {
  LoopbackServer server([](const Heard& h) { return ollama_answer(to_line(labels_for(h))); });
  TestFolder folder;
  FakeTime time;
  const LabelRun run = run_with(ollama_at(server.url()), session(5700), time, folder / "units");
  EXPECT_EQ(labelled(run), 5700U);
  EXPECT_LE(run.calls, 570U);
  EXPECT_EQ(run.calls, server.heard().size());
  EXPECT_EQ(server.connections(), 1);
}

TEST(LabelRun, TheContextStaysWithinABound) {
  const LlmJob job = session(200);
  for (const int bound : {2048, 3072, 4096})
    for (const Batch& batch : cut(job, 24, bound))
      EXPECT_LE(context_needed(job, batch), batch.count > 1 ? bound : 1 << 20);
  EXPECT_GT(cut(job, 24, 2048).size(), cut(job, 24, 0).size());
}

// ---- OpenAI's dialects ----

TEST(LabelRun, FindsOutWhatAServiceUnderstandsAndRemembersIt) {
  std::vector<std::string> refused;
  LoopbackServer server([&](const Heard& heard) {
    const Json body = *parse_json(heard.body, "request");
    const auto refuse = [&](const char* words) {
      refused.emplace_back(words);
      return plain_answer(400, to_line(Json{{"error", {{"message", words}}}}));
    };
    if (body.contains("logprobs")) return refuse("`logprobs` is not supported with this model");
    if (body.contains("max_tokens"))
      return refuse("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.");
    if (body.contains("temperature")) return refuse("'temperature' does not support 0 with this model");
    const std::string format =
        body.contains("response_format") ? body.at("response_format").at("type").get<std::string>() : "";
    if (format == "json_schema") return refuse("This model does not support response format `json_schema`");
    if (format == "json_object") return refuse("'response_format.type' must be 'text'");
    return openai_answer("Here you are:\n```json\n" + all_labels_for(heard) + "\n```");
  });
  TestFolder folder;
  FakeTime time;
  const LabelRun run = run_with(openai_at(server.url()), session(120), time, folder / "units");
  EXPECT_FALSE(run.stopped);
  expect_right(run);
  EXPECT_EQ(refused.size(), 5U);
  EXPECT_EQ(run.calls, 5U + 3U) << "what was refused once is not sent again";
}

// ---- limits ----

TEST(LabelRun, WaitsForTheServicesOwnLimits) {
  std::size_t calls = 0;
  LoopbackServer server([&](const Heard& heard) {
    Answer answer = openai_answer(all_labels_for(heard));
    if (calls++ == 0)
      answer.headers = {{"x-ratelimit-remaining-tokens", "12"}, {"x-ratelimit-reset-tokens", "1m2.5s"}};
    return answer;
  });
  TestFolder folder;
  FakeTime time;
  ASSERT_FALSE(run_with(openai_at(server.url()), session(80), time, folder / "units").stopped);
  EXPECT_NEAR(time.waited, 62.5, 1e-6);
}

TEST(LabelRun, StopsWhereTheServicesRequestsOfTheDayAreUsedUp) {
  LoopbackServer server([](const Heard& heard) {
    return with_header(
        with_header(openai_answer(all_labels_for(heard)), "x-ratelimit-remaining-requests", "0"),
        "x-ratelimit-reset-requests", "13h4m0s");
  });
  TestFolder folder;
  FakeTime time;
  const LabelRun run = run_with(openai_at(server.url()), session(80), time, folder / "units");
  ASSERT_TRUE(run.stopped);
  EXPECT_EQ(run.stopped->failure, LlmFailure::QuotaSpent);
  EXPECT_EQ(labelled(run), 40U);
  EXPECT_EQ(time.waited, 0);
}

TEST(LabelRun, KeepsItsOwnLimits) {
  LoopbackServer server([](const Heard& heard) { return openai_answer(all_labels_for(heard)); });
  TestFolder folder;
  FakeTime time;
  LlmTarget target = openai_at(server.url());
  target.limits = {2, 10, 0, 0};  // two at once, five seconds for each more
  ASSERT_FALSE(run_with(target, session(200), time, folder / "units").stopped);
  EXPECT_NEAR(time.waited, 15, 1e-6);
  FakeTime other;
  target.limits = {0, 0, 0.5, 0};
  ASSERT_FALSE(run_with(target, session(200), other, folder / "others").stopped);
  EXPECT_NEAR(other.waited, 8, 1e-6);
}

TEST(LabelRun, StopsBeforeTheDailyBudgetIsSpentAndGoesOnTheNextDay) {
  LoopbackServer server([](const Heard& heard) { return openai_answer(all_labels_for(heard)); });
  TestFolder folder;
  FakeTime time;
  LlmTarget target = openai_at(server.url());
  target.ledger = folder / "ledger";
  const LlmJob job = session(200);
  const std::int64_t budget = estimate(target, job, folder / "units", time.timing()).tokens / 4;
  target.limits.tokens_per_day = budget;
  const LlmEstimate before = estimate(target, job, folder / "units", time.timing());
  EXPECT_EQ(before.calls, 5U);
  EXPECT_EQ(before.tokens_left, budget);
  EXPECT_FALSE(before.fits_today());
  const LabelRun first = run_with(target, job, time, folder / "units");
  ASSERT_TRUE(first.stopped);
  EXPECT_EQ(first.stopped->failure, LlmFailure::QuotaSpent);
  EXPECT_GT(labelled(first), 0U);
  EXPECT_LT(labelled(first), 200U);
  EXPECT_LE(first.tokens_in + first.tokens_out, budget);
  EXPECT_EQ(estimate(target, job, folder / "units", time.timing()).tokens_left,
            budget - first.tokens_in - first.tokens_out);
  const LabelRun again = run_with(target, job, time, folder / "units");
  EXPECT_EQ(again.calls, 0U);
  time.day = "2026-11-24";
  LabelRun last = run_with(target, job, time, folder / "units");
  for (int day = 25; last.stopped && day < 30; ++day) {
    time.day = "2026-11-" + std::to_string(day);
    last = run_with(target, job, time, folder / "units");
  }
  EXPECT_FALSE(last.stopped);
  expect_right(last);
}

// ---- going on ----

TEST(LabelRun, AskedAgainItAsksNothing) {
  LoopbackServer server([](const Heard& h) { return ollama_answer(all_labels_for(h)); });
  TestFolder folder;
  FakeTime time;
  ASSERT_FALSE(run_with(ollama_at(server.url()), session(50), time, folder / "units").stopped);
  const LabelRun again = run_with(ollama_at(server.url()), session(50), time, folder / "units");
  EXPECT_EQ(again.calls, 0U);
  expect_right(again);
}

TEST(LabelRun, GoesOnWithTheSameQuestionsAfterACut) {
  TestFolder folder;
  FakeTime time;
  const auto bodies = [](LoopbackServer& server) {
    std::vector<std::string> all;
    for (const Heard& heard : server.heard()) all.push_back(heard.body);
    return all;
  };
  LoopbackServer whole([](const Heard& h) { return ollama_answer(all_labels_for(h)); });
  const LabelRun uncut = run_with(ollama_at(whole.url()), session(100), time, folder / "whole");
  std::vector<std::string> asked;
  for (int cut_at = 0; cut_at < 5; ++cut_at) {
    std::atomic<int> calls{0};
    LoopbackServer server([&](const Heard& h) {
      return calls++ == 0 ? ollama_answer(all_labels_for(h))
                          : plain_answer(404, R"({"error":"model 'tiny' not found"})");
    });
    const LabelRun part = run_with(ollama_at(server.url()), session(100), time, folder / "cut");
    asked.push_back(bodies(server).at(0));
    EXPECT_EQ(part.stopped.has_value(), cut_at < 4);
  }
  EXPECT_EQ(asked, bodies(whole));
}

TEST(LabelRun, ADamagedUnitIsMadeAnew) {
  LoopbackServer server([](const Heard& h) { return ollama_answer(all_labels_for(h)); });
  TestFolder folder;
  FakeTime time;
  ASSERT_FALSE(run_with(ollama_at(server.url()), session(60), time, folder / "units").stopped);
  put(folder / "units" / "unit_000024.json", "{\"job\":");
  put(folder / "units" / "unit_000048.json", R"({"job":"of another","first":48,"end":60,"labels":[]})");
  const LabelRun again = run_with(ollama_at(server.url()), session(60), time, folder / "units");
  EXPECT_EQ(again.calls, 2U);
  expect_right(again);
}

TEST(LabelRun, AsksForTheWantedSegmentsAlone) {
  LoopbackServer server([](const Heard& h) { return ollama_answer(all_labels_for(h)); });
  TestFolder folder;
  FakeTime time;
  LlmJob job = session(60);
  job.wanted = {3, 4, 50, 59, 1000};
  const LabelRun run = run_with(ollama_at(server.url()), job, time, folder / "units");
  EXPECT_FALSE(run.stopped);
  EXPECT_EQ(labelled(run), 4U);
  EXPECT_EQ(run.calls, 2U);
  EXPECT_EQ(asked_in(server.heard().at(0)).size(), 2U);
}

TEST(LabelRun, ASmallerContextGoesOnWithWhatALargerOneHasLeft) {
  LoopbackServer failing([](const Heard& h) {
    return asked_in(h).at(0).second.starts_with("Words of segment 0 ")
               ? ollama_answer(all_labels_for(h))
               : plain_answer(500, R"j({"error":"memory layout cannot be allocated"})j");
  });
  TestFolder folder;
  FakeTime time;
  const LlmJob job = session(60);
  EXPECT_EQ(labelled(run_with(ollama_at(failing.url()), job, time, folder / "units")), 24U);
  LoopbackServer server([](const Heard& h) { return ollama_answer(all_labels_for(h)); });
  LlmTarget small = ollama_at(server.url());
  small.num_ctx = 2560;
  const LabelRun run = run_with(small, job, time, folder / "units");
  EXPECT_FALSE(run.stopped);
  expect_right(run);
  std::size_t asked = 0;
  for (const Heard& heard : server.heard()) {
    asked += asked_in(heard).size();
    EXPECT_LE(parse_json(heard.body, "request")->at("options").at("num_ctx").get<int>(), 2560);
  }
  EXPECT_EQ(asked, 36U);
  EXPECT_EQ(run_with(small, job, time, folder / "units").calls, 0U);
}

TEST(LabelRun, EndsWhenCancelled) {
  LoopbackServer server([](const Heard& h) {
    Answer answer = ollama_answer(all_labels_for(h));
    if (asked_in(h).at(0).second.find("segment 24 ") != std::string::npos) answer.manner = Manner::Silent;
    return answer;
  });
  TestFolder folder;
  CancelToken cancel;
  std::thread user([&] {
    server.wait_for(2);
    cancel.cancel();
  });
  const LabelRun run =
      label_segments(ollama_at(server.url()), session(100), folder / "units", kQuiet, cancel);
  user.join();
  ASSERT_TRUE(run.stopped);
  EXPECT_EQ(run.stopped->failure, LlmFailure::Cancelled);
  EXPECT_EQ(labelled(run), 24U);
}

TEST(LabelRun, ProgressCountsLabelsAndTellsATrueRemainder) {
  FakeTime time;
  LoopbackServer server([&](const Heard& h) {
    time.now += 10;  // each call takes ten seconds
    return ollama_answer(all_labels_for(h));
  });
  TestFolder folder;
  std::vector<std::pair<std::size_t, std::optional<double>>> seen;
  LlmEvents events;
  events.progress = [&](std::size_t done, std::size_t total, std::optional<double> remaining) {
    EXPECT_EQ(total, 96U);
    seen.emplace_back(done, remaining);
  };
  ASSERT_FALSE(
      label_segments(ollama_at(server.url()), session(96), folder / "units", events, kNever, time.timing())
          .stopped);
  ASSERT_EQ(seen.size(), 5U);
  EXPECT_EQ(seen[0].first, 0U);
  EXPECT_FALSE(seen[0].second);
  EXPECT_EQ(seen[1].first, 24U);
  EXPECT_NEAR(*seen[1].second, 30, 1e-6);
  EXPECT_NEAR(*seen[3].second, 10, 1e-6);
  EXPECT_NEAR(*seen[4].second, 0, 1e-6);
}

TEST(LabelRun, AnEmptySessionNeedsNothing) {
  TestFolder folder;
  FakeTime time;
  const LabelRun run = run_with(ollama_at("http://127.0.0.1:1"), LlmJob(), time, folder / "units");
  EXPECT_FALSE(run.stopped);
  EXPECT_EQ(run.calls, 0U);
}

TEST(LabelRun, NothingListens) {
  TestFolder folder;
  FakeTime time;
  const LabelRun run =
      run_with(ollama_at("http://127.0.0.1:" + std::to_string(skald::testing::unused_port())), session(5),
               time, folder / "units");
  ASSERT_TRUE(run.stopped);
  EXPECT_EQ(run.stopped->failure, LlmFailure::Unreachable);
  EXPECT_NEAR(time.waited, 3.5, 1e-6);
}

}  // namespace
