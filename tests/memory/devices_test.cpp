#include "platform/devices/devices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/shapes.hpp"
#include "memory/waiting.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

using testing::HasSubstr;

TEST(Sizes, AreWrittenAsDriversWriteThem) {
  EXPECT_EQ(memory_text(gibi(12.8)), "12.8 GiB");
  EXPECT_EQ(memory_text(640 * kMebi), "640 MiB");
  EXPECT_EQ(memory_text(1020 * kMebi), "1.0 GiB");
  EXPECT_EQ(memory_text(1), "1 MiB");
  EXPECT_EQ(memory_text(0), "0");
}

TEST(Sizes, AreReadInTheUsualUnits) {
  EXPECT_EQ(parse_memory("12 GiB"), 12 * kGibi);
  EXPECT_EQ(parse_memory("9.3GiB"), gibi(9.3));
  EXPECT_EQ(parse_memory("640m"), 640 * kMebi);
  EXPECT_EQ(parse_memory("2 GB"), 2'000'000'000U);
  EXPECT_EQ(parse_memory(" 1048576 "), kMebi);
  for (const char* wrong : {"", "GiB", "12 TiB", "-1 GiB", "1e9", "12 GiB 3", "nan", "99999999999999 GiB"})
    EXPECT_FALSE(parse_memory(wrong)) << wrong;
}

TEST(Holders, TheLargestStandsFirst) {
  EXPECT_EQ(holders_text({{77, "firefox", 310 * kMebi}, {812, "ollama", gibi(8.2)}, {5, "X", 0}}),
            "ollama (pid 812) holds 8.2 GiB, firefox (pid 77) holds 310 MiB, X (pid 5) holds some");
  EXPECT_EQ(holders_text({}), "");
}

TEST(Simulated, DescribesCardsAndHost) {
  TestClock clock;
  const auto probe = simulated_devices(R"({"driver":"550.90","gpus":[
      {"name":"NVIDIA GeForce RTX 3060","compute":"8.6","total":"12 GiB","holders":[{"pid":812,"name":"ollama","memory":"2.5 GiB"}]},
      {"total":8589934592}],
    "host":{"total":"32 GiB","available":"20 GiB","limit":"9.3 GiB"}})",
                                       clock);
  ASSERT_TRUE(probe) << probe.error().message;
  const Devices devices = (*probe)->look().value();
  EXPECT_TRUE(devices.simulated);
  EXPECT_EQ(devices.driver, "550.90");
  ASSERT_EQ(devices.gpus.size(), 2U);
  EXPECT_EQ(devices.gpus[0].name, "NVIDIA GeForce RTX 3060");
  EXPECT_EQ(devices.gpus[0].capability, 86);
  EXPECT_EQ(devices.gpus[1].capability, 0);
  EXPECT_EQ(devices.gpus[0].free, gibi(9.5));
  EXPECT_EQ(devices.gpus[0].holders.at(0).pid, 812);
  EXPECT_EQ(devices.gpus[1].id, "cuda:1");
  EXPECT_EQ(devices.gpus[1].free, 8 * kGibi);
  EXPECT_EQ(devices.host.available, gibi(9.3));
  EXPECT_EQ(devices.gpu("cuda:1"), &devices.gpus[1]);
  EXPECT_EQ(devices.gpu("cuda:2"), nullptr);
}

TEST(Simulated, NoCardIsSaid) {
  TestClock clock;
  const Devices devices = (*simulated_devices("{}", clock))->look().value();
  EXPECT_TRUE(devices.gpus.empty());
  EXPECT_FALSE(devices.no_gpu.empty());
  EXPECT_GT(devices.host.available, 0U);
}

TEST(Simulated, AFileIsReadAgainAtEachLook) {
  TestFolder folder;
  TestClock clock;
  put(folder / "devices.json", R"({"gpus":[{"total":"12 GiB"}]})");
  const auto probe = simulated_devices((folder / "devices.json").string(), clock);
  ASSERT_TRUE(probe);
  EXPECT_EQ((*probe)->look()->gpus.at(0).free, 12 * kGibi);
  put(folder / "devices.json",
      R"({"gpus":[{"total":"12 GiB","holders":[{"name":"ollama","memory":"5 GiB"}]}]})");
  EXPECT_EQ((*probe)->look()->gpus.at(0).free, 7 * kGibi);
}

TEST(Simulated, WhatIsWrongIsSaidAndGivesStatusTwo) {
  TestClock clock;
  TestFolder folder;
  put(folder / "broken.json", "{\"gpus\": [");
  const std::pair<std::string, const char*> cases[] = {
      {"{", "line 1"},
      {(folder / "broken.json").string(), "broken.json"},
      {(folder / "missing.json").string(), "missing.json"},
      {R"({"gpu":[]})", "'gpu' is not known"},
      {R"({"gpus":{}})", "gpus is not a list"},
      {R"({"gpus":[{}]})", "gpus[0].total is missing"},
      {R"({"gpus":[{"total":"much"}]})", "gpus[0].total is not a size"},
      {R"({"gpus":[{"total":-5}]})", "gpus[0].total is not a size"},
      {R"({"gpus":[{"total":"4 GiB","lag_seconds":-1}]})", "gpus[0].lag_seconds"},
      {R"({"gpus":[{"total":"4 GiB","lag_seconds":"long"}]})", "gpus[0].lag_seconds"},
      {R"({"gpus":[{"total":"4 GiB","holders":[{"name":"x","memory":"5 GiB"}]}]})",
       "more memory than the card"},
      {R"({"gpus":[{"total":"4 GiB","holders":[{"memory":"1 GiB"}]}]})", "holders[0].name is missing"},
      {R"({"gpus":[{"total":"4 GiB","holders":[{"name":"x","pid":-4}]}]})", "holders[0].pid"},
      {R"({"gpus":[{"total":"4 GiB","free":"1 GiB"}]})", "'gpus[0].free' is not known"},
      {R"({"host":[]})", "host is not an object"},
      {R"({"host":{"total":"4 GiB","available":"5 GiB"}})", "host.available is more than host.total"}};
  for (const auto& [text, told] : cases) {
    const auto probe = simulated_devices(text, clock);
    ASSERT_FALSE(probe) << text;
    EXPECT_EQ(exit_status(probe.error().code), 2) << text;
    EXPECT_THAT(probe.error().message, HasSubstr(told)) << text;
    EXPECT_THAT(probe.error().message, HasSubstr("SKALD_DEVICES")) << text;
  }
}

TEST(Machine, TellsItsMemory) {
  const auto devices = machine_devices()->look();
  ASSERT_TRUE(devices) << devices.error().message;
  EXPECT_FALSE(devices->simulated);
  EXPECT_GT(devices->host.total, 100 * kMebi);
  EXPECT_GT(devices->host.available, 0U);
  EXPECT_LE(devices->host.available, devices->host.total);
  EXPECT_EQ(devices->gpus.empty(), !devices->no_gpu.empty());
  for (const GpuState& card : devices->gpus) EXPECT_LE(card.free, card.total);
}

TEST(Machine, TheSteadyClockStopsWhenCancelled) {
  CancelToken cancel;
  cancel.cancel();
  WaitClock& clock = steady_wait_clock();
  clock.wait(3600, cancel);
  CancelToken running;
  const double before = clock.now();
  clock.wait(0.001, running);
  EXPECT_GE(clock.now(), before + 0.001);
}

}  // namespace
}  // namespace skald
