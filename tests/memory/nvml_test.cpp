#include "platform/devices/nvml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "memory/shapes.hpp"

namespace skald {
namespace {

// NVIDIA's interface as a library of ours gives it; the real one is opened in the same way.
class NvmlLibrary : public testing::Test {
 protected:
  void SetUp() override { ::unsetenv("FAKE_NVML"); }
  void TearDown() override { ::unsetenv("FAKE_NVML"); }
};

TEST_F(NvmlLibrary, TellsCardsAndWhoHoldsTheirMemory) {
  const auto nvml = Nvml::open(SKALD_FAKE_NVML);
  ASSERT_TRUE(nvml) << nvml.error().message;
  EXPECT_EQ((*nvml)->driver(), "550.90.07");
  const auto cards = (*nvml)->cards();
  ASSERT_TRUE(cards);
  ASSERT_EQ(cards->size(), 2U);
  const GpuState& card = cards->front();
  EXPECT_EQ(card.id, "cuda:0");
  EXPECT_EQ(card.name, "NVIDIA GeForce RTX 3060");
  EXPECT_EQ(card.total, 12 * kGibi);
  EXPECT_EQ(card.free, 9 * kGibi);
  EXPECT_EQ(card.capability, 86);
  EXPECT_EQ((*cards)[1].capability, 89);
  ASSERT_EQ(card.holders.size(), 2U);
  EXPECT_EQ(card.holders[0].pid, 1);
  EXPECT_EQ(card.holders[0].bytes, kGibi);
  EXPECT_EQ(card.holders[1].bytes, 0U);  // not told
  EXPECT_EQ(card.holders[1].name, "another program");
  EXPECT_TRUE((*cards)[1].holders.empty());
}

TEST_F(NvmlLibrary, ALongListOfProcessesIsReadWhole) {
  ::setenv("FAKE_NVML", "many", 1);
  const auto nvml = Nvml::open(SKALD_FAKE_NVML);
  ASSERT_TRUE(nvml);
  EXPECT_EQ((*nvml)->cards()->front().holders.size(), 200U);
}

TEST_F(NvmlLibrary, ACapabilityThatIsNotToldStaysUnknown) {
  ::setenv("FAKE_NVML", "old", 1);
  const auto nvml = Nvml::open(SKALD_FAKE_NVML);
  ASSERT_TRUE(nvml);
  EXPECT_EQ((*nvml)->cards()->front().capability, 0);
}

TEST_F(NvmlLibrary, ACardThatIsLostIsLeftOut) {
  ::setenv("FAKE_NVML", "lost", 1);
  const auto nvml = Nvml::open(SKALD_FAKE_NVML);
  ASSERT_TRUE(nvml);
  EXPECT_EQ((*nvml)->cards()->size(), 1U);
}

TEST_F(NvmlLibrary, TroubleIsToldInWords) {
  ::setenv("FAKE_NVML", "dead", 1);
  const auto dead = Nvml::open(SKALD_FAKE_NVML);
  ASSERT_FALSE(dead);
  EXPECT_EQ(dead.error().message, "the NVIDIA driver does not answer: Driver Not Loaded");
  const auto missing = Nvml::open("libskald-no-such-library.so.1");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "no NVIDIA driver is installed");
  const auto other = Nvml::open("libc.so.6");  // a library without the interface
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, "the NVIDIA driver is too old to tell about its memory");
}

TEST_F(NvmlLibrary, NamesProcesses) {
  EXPECT_NE(process_name(::getpid()), "another program");
  EXPECT_EQ(process_name(0), "another program");
}

}  // namespace
}  // namespace skald
