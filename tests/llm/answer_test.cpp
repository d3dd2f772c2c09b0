// Answers of models as they really come, and failures as services tell them.
#include "engines/llm/answer.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "engines/llm/confidence.hpp"
#include "engines/llm/target.hpp"

namespace {

using namespace skald;
using namespace skald::llm;

std::string words(const std::map<int, Verdict>& verdicts) {
  std::string text;
  for (const auto& [id, v] : verdicts) {
    text += (text.empty() ? "" : " ") + std::to_string(id) + ":" + std::string(to_string(v.classification));
    if (v.voice) text += "/" + std::string(to_string(*v.voice));
  }
  return text;
}

struct Said {
  const char* name;
  const char* text;
  const char* read;  // of the asked ids 1 to 3
};

class Answers : public ::testing::TestWithParam<Said> {};

TEST_P(Answers, AreRead) {
  const std::vector<int> asked = {1, 2, 3};
  EXPECT_EQ(words(parse_answer(GetParam().text, asked).verdicts), GetParam().read);
}

INSTANTIATE_TEST_SUITE_P(
    Llm, Answers,
    ::testing::Values(
        Said{"object", R"({"1":"OOC","2":"IC_CHARACTER","3":"MIXED_NPC"})",
             "1:OOC 2:IC/CHARACTER 3:MIXED/NPC_DIALOGUE"},
        Said{"below_a_key", R"({"labels":{"1":"OOC","2":"IC_NARRATION"}})", "1:OOC 2:IC/DM_NARRATION"},
        Said{"list", R"([{"id":1,"label":"IC","voice":"DM_NARRATION"},{"id":"2","classification":"OOC"}])",
             "1:IC/DM_NARRATION 2:OOC"},
        Said{"list_below_a_key", R"({"segments":[{"id":3,"label":"MIXED","confidence":"0,8"}]})", "3:MIXED"},
        Said{"pairs", R"([[1,"OOC"],["2","IC"]])", "1:OOC 2:IC"},
        Said{"values_as_objects", R"({"1":{"label":"IC","type":"NPC_DIALOGUE"},"2":{"label":"OOC"}})",
             "1:IC/NPC_DIALOGUE 2:OOC"},
        Said{"code_fence", "```json\n{\"1\": \"OOC\"}\n```", "1:OOC"},
        Said{"text_around", "Sure! Here are {the labels}: {\"1\": \"OOC\", \"2\": \"IC\"} Hope that helps.",
             "1:OOC 2:IC"},
        Said{"thinking", "<think>{\"1\":\"IC\"} no...</think>{\"1\":\"OOC\"}", "1:OOC"},
        Said{"english", R"({"1":"in-character","2":"Out of Character","3":"both"})", "1:IC 2:OOC 3:MIXED"},
        Said{"dutch", R"({"1":"in karakter","2":"buiten het verhaal","3":"gemengd"})", "1:IC 2:OOC 3:MIXED"},
        Said{"lines", "1: OOC\n2 - in-character\n3) MIXED_NARRATION", "1:OOC 2:IC 3:MIXED/DM_NARRATION"},
        Said{"bold_lines", "**1**: OOC\n**2**: IC_NPC", "1:OOC 2:IC/NPC_DIALOGUE"},
        Said{"cut_off", R"({"1":"OOC","2":"IC_CHARACTER","3":"MI)", "1:OOC 2:IC/CHARACTER"},
        Said{"cut_off_list", R"({"labels":[{"id":1,"label":"OOC"},{"id":2,"label":"IC"},{"id":3,"la)",
             "1:OOC 2:IC"},
        Said{"single_quotes", "{'1': 'OOC', '2': 'IC'}", "1:OOC 2:IC"},
        Said{"outside_the_set", R"({"1":"PLAYER","2":"yes","3":"IC_BANANA"})", ""},
        Said{"two_at_once", R"({"1":"IC/OOC","2":"OOC_CHARACTER","3":"not OOC"})", ""},
        Said{"conflict",
             R"([{"id":1,"label":"IC"},{"id":1,"label":"OOC"},{"id":2,"label":"IC"},{"id":2,"label":"IC"}])",
             "2:IC"},
        Said{"foreign_ids", R"({"0":"IC","4":"OOC","99999999999999999999":"OOC","-1":"IC","2":"OOC"})",
             "2:OOC"},
        Said{
            "absurd_numbers",
            R"([{"id":1568349720000,"label":"IC"},{"id":1e300,"label":"IC"},{"id":2.5,"label":"IC"},{"id":3.0,"label":"IC"}])",
            "3:IC"},
        Said{"absurd_confidence", R"([{"id":1,"label":"IC","confidence":1568349720000}])", "1:IC"},
        Said{"numbers_for_labels", R"({"1":1,"2":0.8,"3":null})", ""},
        Said{"positions_are_no_ids", R"(["OOC","IC","MIXED"])", ""},
        Said{"no_json", "I'm sorry, I cannot help with that.", ""}, Said{"empty", "", ""},
        Said{"brackets", "{{{{[[[[", ""}, Said{"broken_utf8", "{\"1\":\"OOC\xff\"}", "1:OOC"}),
    [](const auto& tested) { return tested.param.name; });

TEST(Answer, CountsWhatItDidNotTake) {
  const std::vector<int> asked = {1, 2};
  const Answer answer = parse_answer(
      R"([{"id":1,"label":"IC"},{"id":1,"label":"OOC"},{"id":2,"label":"cheese"},{"id":7,"label":"IC"}])",
      asked);
  EXPECT_EQ(answer.conflicts, 1U);
  EXPECT_EQ(answer.unknown_labels, 1U);
  EXPECT_EQ(answer.strange_ids, 1U);
}

TEST(Answer, KnowsWhereALabelBegins) {
  const std::vector<int> asked = {1, 12};
  const std::string text = R"(x {"12":"IC_NPC", "1": {"label":"OOC"}})";
  const Answer answer = parse_answer(text, asked);
  EXPECT_EQ(text.substr(answer.verdicts.at(12).at, 2), "IC");
  EXPECT_EQ(text.substr(answer.verdicts.at(1).at, 3), "OOC");
}

TEST(Confidence, ComesFromTheTokensThatBeginALabel) {
  Completion completion;
  completion.text = "{\"1\":\"IC_NPC\"}";
  completion.tokens = {
      {"{\"1\":", {}},
      {"\"I",
       {{"\"I", std::log(0.6)}, {"\"O", std::log(0.2)}, {"\"x", std::log(0.15)}, {"\"M", std::log(0.05)}}},
      {"C_NPC\"}", {}}};
  const auto confidence = label_confidence(completion, 6, Classification::IC);
  ASSERT_TRUE(confidence);
  EXPECT_NEAR(*confidence, 0.6 / 0.85, 1e-9);
}

TEST(Confidence, IsNotMeasuredWhereTheTokensDoNotTell) {
  Completion completion;
  completion.text = "{\"1\":\"IC\"}";
  EXPECT_FALSE(label_confidence(completion, 6, Classification::IC));
  completion.tokens = {{"{\"1\":\"", {}}, {"IC", {{"blue", -0.1}}}};
  EXPECT_FALSE(label_confidence(completion, 6, Classification::IC));
  completion.tokens = {{"other words altogether", {{"IC", -0.1}}}};
  EXPECT_FALSE(label_confidence(completion, 6, Classification::IC));
}

struct Told {
  const char* name;
  int status;
  const char* body;
  LlmFailure failure;
};

class Failures : public ::testing::TestWithParam<Told> {};

TEST_P(Failures, AreRecognised) {
  const LlmError error = judge_failure(GetParam().status, GetParam().body);
  EXPECT_EQ(to_string(error.failure), to_string(GetParam().failure)) << error.message;
  EXPECT_FALSE(error.message.empty());
}

using enum LlmFailure;
INSTANTIATE_TEST_SUITE_P(
    Llm, Failures,
    ::testing::Values(
        Told{"memory", 500,
             R"j({"error":"model requires more system memory (12.8 GiB) than is available (9.3 GiB)"})j",
             OutOfMemory},
        Told{"layout", 500, R"j({"error":"memory layout cannot be allocated"})j", OutOfMemory},
        Told{"assert", 0, "GGML_ASSERT(ctx->mem_buffer != NULL) failed", OutOfMemory},
        Told{"low_vram", 0, "Low-VRAM retry also failed", OutOfMemory},
        Told{"llama_server", 500, R"j({"error":"llama-server reported out-of-memory during startup"})j",
             OutOfMemory},
        Told{"cuda", 500,
             R"j({"error":"llama runner process has terminated: cudaMalloc failed: out of memory"})j",
             OutOfMemory},
        Told{"runner", 500, R"j({"error":"llama runner process has terminated: exit status 2"})j",
             RunnerDied},
        Told{"unknown_model", 404, R"j({"error":"model 'nope' not found"})j", UnknownModel},
        Told{
            "unknown_model_v1", 404,
            R"j({"error":{"message":"model 'nope' not found","type":"not_found_error","param":null,"code":null}})j",
            UnknownModel},
        Told{
            "gone_model", 400,
            R"j({"error":{"message":"The model `x` has been decommissioned","type":"invalid_request_error","code":"model_decommissioned"}})j",
            UnknownModel},
        Told{"no_page", 404, "404 page not found", Refused},
        Told{"truncated", 400, R"j({"error":"unexpected EOF"})j", Refused},
        Told{"format", 500, R"j({"error":"invalid format: \"xml\""})j", Server},
        Told{"busy", 503,
             R"j({"error":"server busy, please try again.  maximum pending requests exceeded"})j", Server},
        Told{
            "key", 401,
            R"j({"error":{"message":"Invalid API Key","type":"invalid_request_error","code":"invalid_api_key"}})j",
            Unauthorized},
        Told{
            "rate", 429,
            R"j({"error":{"message":"Rate limit reached for model on requests per minute (RPM)","type":"requests","code":"rate_limit_exceeded"}})j",
            RateLimited},
        Told{
            "day", 429,
            R"j({"error":{"message":"Rate limit reached on tokens per day (TPD): Limit 100000, Used 99842. Please try again in 7m12s.","type":"tokens","code":"rate_limit_exceeded"}})j",
            QuotaSpent},
        Told{"money", 429,
             R"j({"error":{"message":"You exceeded your current quota","type":"insufficient_quota"}})j",
             QuotaSpent},
        Told{"large", 413, R"j({"error":{"message":"Request too large"}})j", TooLarge},
        Told{
            "long", 400,
            R"j({"error":{"message":"This model's maximum context length is 8192 tokens","code":"context_length_exceeded"}})j",
            TooLarge},
        Told{"html", 502, "<html><h1>Bad Gateway</h1></html>", Server}, Told{"nothing", 500, "", Server},
        Told{"elsewhere", 308, "", Refused}),
    [](const auto& tested) { return tested.param.name; });

TEST(Failure, TellsHowMuchMemory) {
  const LlmError error = judge_failure(
      500, R"j({"error":"model requires more system memory (12.8 GiB) than is available (9.3 GiB)"})j");
  ASSERT_TRUE(error.needed_bytes && error.available_bytes);
  EXPECT_NEAR(static_cast<double>(*error.needed_bytes), 12.8 * 1073741824, 1);
  EXPECT_NEAR(static_cast<double>(*error.available_bytes), 9.3 * 1073741824, 1);
  const MemoryTold mixed = memory_told("needs 900 MiB, 512.5 MB available");
  EXPECT_EQ(mixed.needed, 900ULL << 20);
  EXPECT_EQ(mixed.available, 512'500'000ULL);
  EXPECT_FALSE(memory_told("llama3:8b needs more").needed);
  EXPECT_FALSE(memory_told("cudaMalloc of 2 GiB failed").available);
}

TEST(Failure, TellsHowLongToWait) {
  EXPECT_EQ(wait_told("20"), 20.0);
  EXPECT_EQ(wait_told("6m0s"), 360.0);
  EXPECT_EQ(wait_told("1h2m3.5s"), 3723.5);
  EXPECT_EQ(wait_told("120ms"), 0.12);
  EXPECT_EQ(wait_told(""), std::nullopt);
  EXPECT_EQ(wait_told("soon"), std::nullopt);
  EXPECT_EQ(wait_told("-4"), std::nullopt);
  EXPECT_EQ(judge_failure(429, R"j({"error":{"message":"Please try again in 7.5s."}})j").retry_after, 7.5);
  EXPECT_EQ(judge_failure(429, "", "11").retry_after, 11.0);
}

TEST(Failure, ShowsNoKey) {
  const LlmError error = judge_failure(
      401,
      R"j({"error":{"message":"Incorrect API key provided: gsk_abcdefghijklmnopqrstuvwxyz0123456789abcd"}})j");
  EXPECT_EQ(error.message.find("gsk_abcdefgh"), std::string::npos) << error.message;
}

}  // namespace
