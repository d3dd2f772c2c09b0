// What services do wrong, one row each: every run ends by itself, tells the truth, and keeps what it got.
#include "engines/llm/label_run.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "llm/fake_model.hpp"
#include "support/folder.hpp"

namespace {

using namespace skald;
using namespace skald::llm;
using skald::testing::LoopbackServer;
using skald::testing::Manner;

struct Situation {
  const char* name;
  std::function<Answer(const Heard&, std::size_t call)> service;
  std::size_t labelled;               // of 60
  std::optional<LlmFailure> stopped;  // nothing: done
  std::size_t most_calls;
};

Answer good(const Heard& heard) {
  return heard.path == "/api/chat" ? ollama_answer(all_labels_for(heard))
                                   : openai_answer(all_labels_for(heard));
}

Answer badly(Manner manner, const Heard& heard) {
  Answer answer = good(heard);
  answer.manner = manner;
  return answer;
}

std::string without(const Heard& heard, int id) {
  Json labels = labels_for(heard);
  labels.erase(std::to_string(id));
  return to_line(labels);
}

Answer in_words(const Heard& heard, const std::string& text) {
  return heard.path == "/api/chat" ? ollama_answer(text) : openai_answer(text);
}

const std::string kMemory =
    R"j({"error":"model requires more system memory (12.8 GiB) than is available (9.3 GiB)"})j";

const Situation kSituations[] = {
    {"good", [](const Heard& h, std::size_t) { return good(h); }, 60, {}, 3},
    {"out_of_memory_after_a_while",
     [](const Heard&, std::size_t) {
       Answer answer = plain_answer(500, kMemory);
       answer.delay_ms = 50;
       return answer;
     },
     0, LlmFailure::OutOfMemory, 1},
    {"out_of_memory_in_the_second_batch",
     [](const Heard& h, std::size_t call) { return call < 1 ? good(h) : plain_answer(500, kMemory); }, 24,
     LlmFailure::OutOfMemory, 2},
    {"unknown_model",
     [](const Heard&, std::size_t) { return plain_answer(404, R"({"error":"model 'tiny' not found"})"); }, 0,
     LlmFailure::UnknownModel, 1},
    {"bad_request",
     [](const Heard&, std::size_t) { return plain_answer(400, R"({"error":"unexpected EOF"})"); }, 0,
     LlmFailure::Refused, 8},
    {"busy_once",
     [](const Heard& h, std::size_t call) {
       return call == 0 ? plain_answer(503, R"({"error":"server busy"})") : good(h);
     },
     60,
     {},
     4},
    {"busy_for_good",
     [](const Heard&, std::size_t) { return plain_answer(503, R"({"error":"server busy"})"); }, 0,
     LlmFailure::Server, 4},
    {"runner_dies_once",
     [](const Heard& h, std::size_t call) {
       return call == 0
                  ? plain_answer(500, R"({"error":"llama runner process has terminated: signal: killed"})")
                  : good(h);
     },
     60,
     {},
     4},
    {"runner_dies_always",
     [](const Heard&, std::size_t) {
       return plain_answer(500, R"({"error":"llama runner process has terminated: exit status 2"})");
     },
     0, LlmFailure::RunnerDied, 2},
    {"hangs", [](const Heard& h, std::size_t) { return badly(Manner::Silent, h); }, 0, LlmFailure::TimedOut,
     2},
    {"hangs_in_the_second_batch",
     [](const Heard& h, std::size_t call) { return call < 1 ? good(h) : badly(Manner::Silent, h); }, 24,
     LlmFailure::TimedOut, 3},
    {"cuts_before", [](const Heard& h, std::size_t) { return badly(Manner::CutBefore, h); }, 0,
     LlmFailure::Server, 8},
    {"cuts_inside_once",
     [](const Heard& h, std::size_t call) { return call == 1 ? badly(Manner::CutInside, h) : good(h); },
     60,
     {},
     4},
    {"drips",
     [](const Heard& h, std::size_t call) { return call == 0 ? badly(Manner::Drip, h) : good(h); },
     60,
     {},
     6},
    {"html", [](const Heard&, std::size_t) { return plain_answer(200, "<html>Welcome</html>"); }, 0,
     LlmFailure::Server, 4},
    {"invalid_json", [](const Heard& h, std::size_t) { return in_words(h, R"({"1": OOC, "2" IC}})"); }, 6,
     LlmFailure::BadAnswer, 20},
    {"prose", [](const Heard& h, std::size_t) { return in_words(h, "I would say they are in character."); },
     0, LlmFailure::BadAnswer, 9},
    {"prose_once",
     [](const Heard& h, std::size_t call) {
       return call == 0 ? in_words(h, "Well, that is hard to say.") : good(h);
     },
     60,
     {},
     4},
    {"one_id_missing",
     [](const Heard& h, std::size_t call) { return call == 0 ? in_words(h, without(h, 7)) : good(h); },
     60,
     {},
     4},
    {"an_id_always_missing", [](const Heard& h, std::size_t) { return in_words(h, without(h, 7)); }, 57,
     LlmFailure::BadAnswer, 9},
    {"ids_of_others", [](const Heard& h, std::size_t) { return in_words(h, R"({"100":"OOC","101":"IC"})"); },
     0, LlmFailure::BadAnswer, 9},
    {"labels_outside_the_set",
     [](const Heard& h, std::size_t call) {
       return call == 0 ? in_words(h, R"({"1":"HAPPY","2":"SAD"})") : good(h);
     },
     60,
     {},
     4},
    {"absurd_numbers",
     [](const Heard& h, std::size_t call) {
       return call == 0 ? in_words(h, R"([{"id":1568349720000,"label":"IC"},{"id":1,"label":1e308}])")
                        : good(h);
     },
     60,
     {},
     4},
    {"rate_limited_with_retry_after",
     [](const Heard& h, std::size_t call) {
       return call == 0
                  ? with_header(plain_answer(429, R"({"error":{"message":"slow down"}})"), "Retry-After", "7")
                  : good(h);
     },
     60,
     {},
     4},
    {"rate_limited_without",
     [](const Heard& h, std::size_t call) {
       return call < 2 ? plain_answer(429, R"({"error":{"message":"slow down"}})") : good(h);
     },
     60,
     {},
     5},
    {"rate_limited_for_good",
     [](const Heard&, std::size_t) { return plain_answer(429, R"({"error":{"message":"slow down"}})"); }, 0,
     LlmFailure::RateLimited, 7},
    {"rate_limited_for_hours",
     [](const Heard&, std::size_t) {
       return with_header(plain_answer(429, R"({"error":{"message":"slow down"}})"), "Retry-After", "7200");
     },
     0, LlmFailure::QuotaSpent, 1},
    {"daily_quota_in_the_second_batch",
     [](const Heard& h, std::size_t call) {
       return call < 1
                  ? good(h)
                  : plain_answer(
                        429,
                        R"j({"error":{"message":"Limit reached on tokens per day (TPD): try again in 5h3m"}})j");
     },
     24, LlmFailure::QuotaSpent, 2},
    {"unauthorized",
     [](const Heard&, std::size_t) {
       return plain_answer(401, R"({"error":{"message":"Invalid API Key"}})");
     },
     0, LlmFailure::Unauthorized, 1},
    {"too_large",
     [](const Heard& h, std::size_t) {
       return asked_in(h).size() > 6 ? plain_answer(413, R"({"error":{"message":"Request too large"}})")
                                     : good(h);
     },
     60,
     {},
     36},
    {"always_too_large", [](const Heard&, std::size_t) { return plain_answer(413, "{}"); }, 0,
     LlmFailure::BadAnswer, 36},
    {"redirects",
     [](const Heard&, std::size_t) {
       return with_header(plain_answer(302, ""), "Location", "http://127.0.0.1:1/");
     },
     0, LlmFailure::Refused, 1},
    {"an_endless_answer",
     [](const Heard& h, std::size_t call) {
       return call == 0 ? in_words(h, std::string(40U << 20, 'x')) : good(h);
     },
     60,
     {},
     4},
};

class Situations : public ::testing::TestWithParam<std::tuple<Situation, const char*>> {};

TEST_P(Situations, EndAndTellTheTruth) {
  const auto& [situation, kind] = GetParam();
  std::atomic<std::size_t> calls{0};
  LoopbackServer server([&](const Heard& heard) { return situation.service(heard, calls++); });
  TestFolder folder;
  FakeTime time;
  LlmTarget target = std::string(kind) == "ollama" ? ollama_at(server.url()) : openai_at(server.url());
  // Much text takes its time to make where a sanitizer watches.
  target.silence = std::chrono::seconds(std::string_view(situation.name) == "an_endless_answer" ? 60 : 1);
  LlmJob job = session(60);
  job.batch_segments = 24;
  const LabelRun run = run_with(target, job, time, folder / "units");
  EXPECT_EQ(labelled(run), situation.labelled);
  ASSERT_EQ(run.stopped.has_value(), situation.stopped.has_value())
      << (run.stopped ? run.stopped->message : "done");
  if (run.stopped) {
    EXPECT_EQ(to_string(run.stopped->failure), to_string(*situation.stopped)) << run.stopped->message;
    EXPECT_EQ(run.stopped->message.find("canary"), std::string::npos);
  }
  EXPECT_LE(run.calls, situation.most_calls);
  EXPECT_EQ(run.calls, calls);
  for (std::size_t i = 0; i < run.labels.size(); ++i)
    EXPECT_EQ(run.labels[i] ? run.labels[i]->backend : target.service, target.service);

  // What was got is kept: a healthy service is asked for the rest alone.
  LoopbackServer healthy([](const Heard& heard) { return good(heard); });
  target.base_url = std::string(kind) == "ollama" ? healthy.url() : healthy.url() + "/v1";
  const LabelRun next = run_with(target, job, time, folder / "units");
  EXPECT_FALSE(next.stopped);
  EXPECT_EQ(labelled(next), 60U);
  std::size_t asked = 0;
  for (const Heard& heard : healthy.heard()) asked += asked_in(heard).size();
  EXPECT_EQ(asked, 60 - situation.labelled);
}

INSTANTIATE_TEST_SUITE_P(Llm, Situations,
                         ::testing::Combine(::testing::ValuesIn(kSituations),
                                            ::testing::Values("ollama", "openai")),
                         [](const auto& tested) {
                           return std::string(std::get<0>(tested.param).name) + "_" +
                                  std::get<1>(tested.param);
                         });

}  // namespace
