#include "service/plan/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "plan/machines.hpp"

namespace skald {
namespace {

using testing::HasSubstr;
using testing::Not;

PlanRequest request_of(WhisperCandidate speech) {
  PlanRequest request;
  for (const StageInfo& stage : kStages) request.stages.insert(stage.id);
  request.transcriber = "whisper";
  request.diarizer = "community-1";
  request.classifier = "e5";
  request.speech = speech_wish(std::move(speech));
  return request;
}

// What Ollama would say on that machine.
LlmView ollama(const std::string& model, const LlmShape& shape, const Devices& devices,
               std::vector<LlmCandidate> smaller = {}, std::vector<HostedModel> loaded = {},
               Unloading unloading = Unloading::Allowed) {
  LlmWish wish;
  wish.model = {model, shape.weight_bytes, shape};
  wish.settings.num_ctx = 8192;
  wish.smaller = std::move(smaller);
  wish.loaded = std::move(loaded);
  wish.unloading = unloading;
  return {model, llm_steps(wish, devices, kReserves), {}, {}};
}

const LlmCandidate kSmall{"llama3.2:3b", 2'019'000'000, llama32_3b()};

// One machine and one wish, and what the plan says of transcription and classification.
struct Situation {
  const char* what;
  Devices devices;
  std::function<void(PlanRequest&, const Devices&)> wish;
  Verdict transcribe;
  std::string speech_device;
  Verdict classify;
  std::string labels_model, labels_device;
};

void with_ollama(PlanRequest& request, LlmView view) {
  request.classifier = "ollama";
  request.llm = std::move(view);
}

void on_the_card(PlanRequest& request) {
  request.cuda = CudaSupport::Yes;
  request.speech.smaller = {turbo(), base_model()};
}

std::vector<Situation> without_cards() {
  const auto nothing = [](PlanRequest&, const Devices&) {};
  const auto large = [](PlanRequest& r, const Devices&) { r.speech = speech_wish(large_v3()); };
  const auto large_or_base = [](PlanRequest& r, const Devices&) {
    r.speech = speech_wish(large_v3());
    r.speech.smaller = {base_model()};
  };
  Devices container = machine({}, {64, 2.2});
  container.host.limit = gibi(2.2);
  Devices tight = machine({}, {64, 0.5});
  tight.host.limit = gibi(0.5);
  const auto e5 = [](const char* what, const Devices& devices, auto wish, Verdict verdict) {
    return Situation{what, devices, wish, verdict, "cpu", Verdict::Fits, "e5-small", "cpu"};
  };
  std::vector<Situation> all = {
      e5("laptop of 16 GiB, nothing else", machine({}, {16, 12}), nothing, Verdict::Fits),
      e5("laptop of 4 GiB", machine({}, {4, 2.5}), nothing, Verdict::Fits),
      e5("container of 2.2 GiB on a large host", container, nothing, Verdict::Fits),
      e5("1.1 GiB free: fewer chunks at a time", machine({}, {8, 1.1}), nothing, Verdict::Adapted),
      e5("large model, 32 GiB", machine({}, {32, 24}), large, Verdict::Fits),
      e5("container of 1 GiB: tried, with a warning", machine({}, {1, 0.9}), nothing, Verdict::Short),
      e5("large model, 4 GiB: the base model", machine({}, {8, 4}), large_or_base, Verdict::FallsBack),
      e5("large model alone, 4 of 16 GiB free: tried, with a warning", machine({}, {16, 4}), large,
         Verdict::Short),
      e5("large model alone, 6 GiB in all: no way", machine({}, {6, 4}), large, Verdict::Impossible)};
  all.push_back({"container of 0.5 GiB: no way", tight, nothing, Verdict::Impossible, "cpu", Verdict::Short,
                 "e5-small", "cpu"});
  return all;
}

std::vector<Situation> with_cards() {
  const auto card = [](PlanRequest& r, const Devices&) {
    r.speech = speech_wish(large_v3());
    on_the_card(r);
  };
  const auto forced = [](PlanRequest& r, const Devices&) { r.device = "cuda"; };
  const auto kept_off = [](PlanRequest& r, const Devices&) {
    r.device = "cpu";
    r.cuda = CudaSupport::Yes;
  };
  const auto row = [](const char* what, const Devices& devices, auto wish, Verdict verdict,
                      const char* device) {
    return Situation{what, devices, wish, verdict, device, Verdict::Fits, "e5-small", "cpu"};
  };
  return {
      row("free card of 12 GiB", machine({12, 11.5}, {32, 24}), card, Verdict::Fits, "cuda:0"),
      row("5.5 GiB of it free: smaller batch", machine({12, 5.5}, {32, 24}), card, Verdict::Adapted,
          "cuda:0"),
      row("4 GiB free: int8", machine({12, 4}, {32, 24}), card, Verdict::Adapted, "cuda:0"),
      row("2.8 GiB free: smaller model", machine({12, 2.8}, {32, 24}), card, Verdict::FallsBack, "cuda:0"),
      row("1 GiB free: the CPU", machine({12, 1}, {32, 24}), card, Verdict::FallsBack, "cpu"),
      row("card asked for, none there", machine({}, {32, 24}), forced, Verdict::Impossible, "cpu"),
      row("card there, CPU asked for", machine({12, 12}, {32, 24}), kept_off, Verdict::Fits, "cpu")};
}

std::vector<Situation> with_a_language_model() {
  using Wish = std::function<void(PlanRequest&, const Devices&)>;
  const auto model = [](std::string name, LlmShape shape, std::vector<LlmCandidate> smaller = {},
                        std::vector<HostedModel> loaded = {},
                        Unloading unloading = Unloading::Allowed) -> Wish {
    return [=](PlanRequest& r, const Devices& d) {
      with_ollama(r, ollama(name, shape, d, smaller, loaded, unloading));
    };
  };
  const std::vector<HostedModel> other = {{"mistral:7b", gibi(6), gibi(6)}};
  const auto row = [](const char* what, const Devices& devices, const Wish& wish, Verdict verdict,
                      const char* name, const char* device) {
    return Situation{what, devices, wish, Verdict::Fits, "cpu", verdict, name, device};
  };
  return {row("8B on a free card", machine({12, 11.5}, {32, 24}), model("llama3:8b", llama3_8b()),
              Verdict::Fits, "llama3:8b", "cuda:0"),
          row("20B of 12.8 GiB, 9.3 GiB free: partly on the CPU", machine({12, 9.3}, {32, 24}),
              model("gpt-oss:20b", gpt_oss_20b(), {kSmall}), Verdict::Adapted, "gpt-oss:20b", "cuda:0 + cpu"),
          row("20B, little host memory: the smaller model", machine({12, 9.3}, {8, 4}),
              model("gpt-oss:20b", gpt_oss_20b(), {kSmall}), Verdict::FallsBack, "llama3.2:3b", "cuda:0"),
          row("20B, little of everything: the embedded classifier", machine({12, 0.9}, {8, 3}),
              model("gpt-oss:20b", gpt_oss_20b(), {kSmall}), Verdict::FallsBack, "e5-small", "cpu"),
          row("another model holds the card: unloaded", machine({12, 5.5}, {32, 24}),
              model("llama3:8b", llama3_8b(), {}, other), Verdict::Adapted, "llama3:8b", "cuda:0"),
          row("the same, and it may not be: partly on the CPU", machine({12, 5.5}, {32, 24}),
              model("llama3:8b", llama3_8b(), {}, other, Unloading::Forbidden), Verdict::Adapted, "llama3:8b",
              "cuda:0"),
          row("no card, 16 GiB", machine({}, {16, 12}), model("llama3:8b", llama3_8b()), Verdict::Fits,
              "llama3:8b", "cpu"),
          row("no card, 9.3 GiB for 12.8", machine({}, {12, 9.3}),
              model("gpt-oss:20b", gpt_oss_20b(), {kSmall}), Verdict::FallsBack, "llama3.2:3b", "cpu"),
          row("no card, 4 GiB for 12.8, no other model", machine({}, {8, 4}),
              model("gpt-oss:20b", gpt_oss_20b()), Verdict::FallsBack, "e5-small", "cpu")};
}

void check(const Situation& s) {
  PlanRequest request = request_of(base_model());
  s.wish(request, s.devices);
  const Plan plan = make_plan(request, s.devices, kReserves);
  const PlanRow* speech = plan.row(StageId::Transcribe);
  const PlanRow* labels = plan.row(StageId::Classify);
  ASSERT_TRUE(speech != nullptr && labels != nullptr) << s.what;
  const auto told = [&] { return std::string(s.what) + "\n" + plan_table(plan); };
  EXPECT_EQ(to_string(speech->verdict), to_string(s.transcribe)) << told();
  EXPECT_EQ(speech->device, s.speech_device) << told();
  EXPECT_EQ(to_string(labels->verdict), to_string(s.classify)) << told();
  EXPECT_EQ(labels->model, s.labels_model) << told();
  EXPECT_EQ(labels->device, s.labels_device) << told();
  for (const PlanRow& row : plan.rows) {
    EXPECT_FALSE(row.reason.empty()) << told();
    // Nothing is called fitting that is not.
    const bool fits = row.verdict == Verdict::Fits || row.verdict == Verdict::Adapted;
    EXPECT_TRUE(!fits || row.needed <= row.available) << told();
  }
  EXPECT_FALSE(plan_lines(plan).empty());
}

TEST(PlanTable, MachinesWithoutACard) {
  for (const Situation& situation : without_cards()) check(situation);
}

TEST(PlanTable, MachinesWithACard) {
  for (const Situation& situation : with_cards()) check(situation);
}

TEST(PlanTable, LanguageModels) {
  for (const Situation& situation : with_a_language_model()) check(situation);
}

TEST(PlanTable, CoversManySituations) {
  EXPECT_GE(without_cards().size() + with_cards().size() + with_a_language_model().size(), 25U);
}

// The troubleshooting guide's case, with its numbers, told before anything starts.
TEST(Plan, TheGuidesCaseIsToldWithItsNumbers) {
  Devices devices = machine({12, 9.3}, {12, 9.3});
  devices.gpus[0].holders = {{4242, "python", gibi(2.7)}};
  PlanRequest request = request_of(base_model());
  with_ollama(request, ollama("gpt-oss:20b", gpt_oss_20b(), devices, {kSmall}));
  request.llm->models = {{"gpt-oss:20b", gibi(13.9), Fit::No, Fit::No},
                         {"llama3.2:3b", gibi(3), Fit::Yes, Fit::Yes}};
  const Plan plan = make_plan(request, devices, kReserves);
  EXPECT_TRUE(plan.possible());
  const std::string lines = testing::PrintToString(plan_lines(plan));
  EXPECT_THAT(lines, HasSubstr("gpt-oss:20b (context 8192) needs 1"));
  EXPECT_THAT(lines, HasSubstr("8.8 GiB are available"));  // 9.3 less the reserve
  const std::string table = plan_table(plan);
  EXPECT_THAT(table, HasSubstr("python (pid 4242) holds 2.7 GiB"));
  EXPECT_THAT(table, HasSubstr("9.3 GiB of 12.0 GiB free"));
  EXPECT_THAT(table, HasSubstr("does not fit"));
  EXPECT_THAT(table, HasSubstr("llama3.2:3b would fit now"));
}

TEST(Plan, OllamaThatCannotBeAskedIsToldAndReplaced) {
  PlanRequest request = request_of(base_model());
  with_ollama(request, {"llama3:8b", {}, "Ollama does not answer at http://localhost:11434", {}});
  const Plan plan = make_plan(request, machine({}, {16, 12}), kReserves);
  const PlanRow* labels = plan.row(StageId::Classify);
  EXPECT_EQ(labels->verdict, Verdict::FallsBack);
  EXPECT_EQ(labels->backend, "e5");
  EXPECT_THAT(labels->reason, HasSubstr("does not answer"));
  EXPECT_THAT(labels->reason, HasSubstr("embedded classifier"));
}

TEST(Plan, OllamaElsewhereIsNotJudged) {
  LlmWish wish;
  wish.model = {"llama3:70b", gibi(40), {}};
  wish.place = HostPlace::Elsewhere;
  PlanRequest request = request_of(base_model());
  with_ollama(request, {"llama3:70b", llm_steps(wish, machine({}, {4, 3}), kReserves), {}, {}});
  const PlanRow* labels = nullptr;
  const Plan plan = make_plan(request, machine({}, {4, 3}), kReserves);
  labels = plan.row(StageId::Classify);
  EXPECT_EQ(labels->verdict, Verdict::Elsewhere);
  EXPECT_EQ(labels->model, "llama3:70b");
}

TEST(Plan, ModelsOfOllamaThatGoFirstAreNamed) {
  PlanRequest request = request_of(large_v3());
  request.cuda = CudaSupport::Yes;
  request.speech.loaded = {{"llama3:8b", gibi(8), gibi(8)}};
  request.speech.unloading = Unloading::Allowed;
  const Plan plan = make_plan(request, machine({12, 3}, {32, 24}), kReserves);
  const PlanRow* speech = plan.row(StageId::Transcribe);
  EXPECT_EQ(speech->verdict, Verdict::Adapted);
  EXPECT_EQ(speech->device, "cuda:0");
  EXPECT_THAT(speech->reason, HasSubstr("once llama3:8b is unloaded"));
  EXPECT_EQ(plan.speech_time, SpeechTime::ItsOwn);
}

TEST(Plan, ACardThatLacksItsLibraryIsNotUsedAndTheReasonIsTold) {
  PlanRequest request = request_of(base_model());
  request.no_cuda = "libcublas.so.12 is not installed";
  const Devices devices = machine({12, 11}, {32, 24});
  const Plan plan = make_plan(request, devices, kReserves);
  EXPECT_EQ(plan.row(StageId::Transcribe)->verdict, Verdict::Fits);
  EXPECT_THAT(plan_table(plan), HasSubstr("cuda:0 is not used: libcublas.so.12 is not installed"));
  EXPECT_EQ(plan.speech_time, SpeechTime::WithThePlan);
  request.device = "cuda";
  const Plan forced = make_plan(request, devices, kReserves);
  EXPECT_FALSE(forced.possible());
  EXPECT_EQ(forced.no_card, "libcublas.so.12 is not installed");
}

TEST(Plan, SkippedStagesNeedNothing) {
  PlanRequest request = request_of(large_v3());
  request.stages = {StageId::Decode, StageId::Listen, StageId::Diarize};
  const Plan plan = make_plan(request, machine({}, {4, 2}), kReserves);
  EXPECT_EQ(plan.row(StageId::Transcribe)->verdict, Verdict::Skipped);
  EXPECT_EQ(plan.row(StageId::Classify)->verdict, Verdict::Skipped);
  EXPECT_TRUE(plan.possible());
  EXPECT_FALSE(plan.transcribe);
}

TEST(Plan, TheMemoryLimitIsALimit) {
  PlanRequest request = request_of(base_model());
  request.speech.limit = 700'000'000;
  Plan plan = make_plan(request, machine({}, {64, 60}), kReserves);
  EXPECT_EQ(plan.row(StageId::Transcribe)->verdict, Verdict::Adapted);
  EXPECT_LT(plan.transcribe->batch, 8);
  request.speech.limit = 300'000'000;
  plan = make_plan(request, machine({}, {64, 60}), kReserves);
  EXPECT_EQ(plan.row(StageId::Transcribe)->verdict, Verdict::Impossible);
  EXPECT_THAT(plan.row(StageId::Transcribe)->reason, HasSubstr("--memory-limit"));
  EXPECT_FALSE(plan.possible());
}

TEST(Plan, JsonHoldsWhatTheTableHolds) {
  PlanRequest request = request_of(base_model());
  const Devices devices = machine({12, 9.3}, {32, 24});
  with_ollama(request, ollama("gpt-oss:20b", gpt_oss_20b(), devices, {kSmall}));
  const Plan plan = make_plan(request, devices, kReserves);
  const Json json = plan_json(plan);
  EXPECT_EQ(json.at("possible"), true);
  EXPECT_EQ(json.at("gpus").at(0).at("free"), gibi(9.3));
  ASSERT_EQ(json.at("stages").size(), plan.rows.size());
  const std::string table = plan_table(plan);
  for (const Json& stage : json.at("stages")) {
    EXPECT_THAT(table, HasSubstr(stage.at("stage").get<std::string>()));
    EXPECT_THAT(table, HasSubstr(stage.at("decision").get<std::string>()));
  }
  EXPECT_EQ(json.at("stages").back().at("device"), "cuda:0 + cpu");
}

TEST(Plan, WhatIsAsWishedTakesOneLine) {
  const Plan plan = make_plan(request_of(base_model()), machine({}, {16, 12}), kReserves);
  const auto lines = plan_lines(plan);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines.front(), HasSubstr("needs most"));
}

}  // namespace
}  // namespace skald
