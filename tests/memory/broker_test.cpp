#include "pipeline/memory/broker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/shapes.hpp"
#include "memory/waiting.hpp"
#include "platform/devices/devices.hpp"

namespace skald {
namespace {

using testing::HasSubstr;

class Broker : public testing::Test {
 protected:
  void describe(const std::string& json) {
    probe = simulated_devices(json, clock).value();
    broker = std::make_unique<MemoryBroker>(*probe, clock);
  }
  TestClock clock;
  CancelToken cancel;
  std::unique_ptr<DeviceProbe> probe;
  std::unique_ptr<MemoryBroker> broker;
};

constexpr const char* kTwelve = R"({"gpus":[{"name":"RTX 3060","total":"12 GiB"}]})";

TEST_F(Broker, GrantsWhatIsThereLessTheReserve) {
  describe(kTwelve);
  EXPECT_EQ(broker->available("cuda:0").value(), gibi(11.5));
  const auto tenancy = broker->acquire("cuda:0", "whisper", gibi(8));
  ASSERT_TRUE(tenancy);
  EXPECT_EQ(broker->available("cuda:0").value(), gibi(3.5));
  EXPECT_FALSE(broker->acquire("cuda:0", "llama3:8b", gibi(4)));
  EXPECT_EQ(broker->available("cpu").value(), gibi(15.5));
}

TEST_F(Broker, RefusalNamesNeedAvailableAndHolders) {
  describe(R"({"gpus":[{"total":"12 GiB","holders":[{"pid":812,"name":"ollama","memory":"2.7 GiB"}]}]})");
  const auto refused = broker->acquire("cuda:0", "gpt-oss:20b", gibi(12.8));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::OutOfMemory);
  EXPECT_EQ(refused.error().message,
            "gpt-oss:20b needs 12.8 GiB of cuda:0, 8.8 GiB are available; ollama (pid 812) holds 2.7 GiB");
}

TEST_F(Broker, SecondTenantComesInWhereTheSumFits) {
  describe(kTwelve);
  const auto first = broker->acquire("cuda:0", "whisper", gibi(5));
  const auto second = broker->acquire("cuda:0", "llama", gibi(6));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(broker->available("cuda:0").value(), gibi(0.5));
  // The first goes: what it had is free for others, what the second has is not.
  ASSERT_TRUE(broker->release(*first, cancel));
  EXPECT_EQ(broker->available("cuda:0").value(), gibi(5.5));
  ASSERT_TRUE(broker->release(*second, cancel));
  EXPECT_EQ(broker->available("cuda:0").value(), gibi(11.5));
}

// A promise counts from the moment it is made, not from when the driver sees it.
TEST_F(Broker, PromisedMemoryIsNotPromisedTwice) {
  class Slow : public DeviceProbe {
   public:
    Result<Devices> look() override {
      Devices devices;
      devices.host = {gibi(16), gibi(16), 0};
      devices.gpus = {{"cuda:0", "card", gibi(12), free, {}}};
      return devices;
    }
    std::uint64_t free = gibi(12);
  } slow;
  MemoryBroker waiting(slow, clock);
  const auto first = waiting.acquire("cuda:0", "whisper", gibi(8));
  ASSERT_TRUE(first);
  EXPECT_EQ(waiting.available("cuda:0").value(), gibi(3.5));
  EXPECT_FALSE(waiting.acquire("cuda:0", "other", gibi(5)));
  slow.free = gibi(4);  // now it has taken it
  EXPECT_EQ(waiting.available("cuda:0").value(), gibi(3.5));
  slow.free = gibi(3);  // somebody else took a bit too
  EXPECT_EQ(waiting.available("cuda:0").value(), gibi(2.5));
}

TEST_F(Broker, WaitsUntilMemoryIsSeenAgain) {
  describe(R"({"gpus":[{"total":"12 GiB","lag_seconds":1.5}]})");
  const auto tenancy = broker->acquire("cuda:0", "whisper", gibi(8));
  ASSERT_TRUE(tenancy);
  const auto report = broker->release(*tenancy, cancel);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->returned, Returned::Yes);
  EXPECT_DOUBLE_EQ(report->waited_seconds, 1.5);
  EXPECT_EQ(clock.waits, 6);  // every 250 ms
  EXPECT_EQ(broker->available("cuda:0").value(), gibi(11.5));
}

TEST_F(Broker, ThreeQuartersAreEnough) {
  describe(R"({"gpus":[{"total":"12 GiB","never_back":"2 GiB"}]})");
  const auto tenancy = broker->acquire("cuda:0", "whisper", gibi(8));
  const auto report = broker->release(*tenancy, cancel);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->returned, Returned::Yes);
  EXPECT_EQ(report->missing, gibi(2));
}

TEST_F(Broker, MemoryThatNeverComesBackIsSaidWithItsHolder) {
  describe(
      R"({"gpus":[{"total":"12 GiB","never_back":"3.5 GiB","holders":[{"pid":77,"name":"firefox","memory":"300 MiB"}]}]})");
  const auto tenancy = broker->acquire("cuda:0", "worker_asr", gibi(8));
  const auto report = broker->release(*tenancy, cancel);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->returned, Returned::Late);
  EXPECT_DOUBLE_EQ(report->waited_seconds, 5);
  EXPECT_EQ(report->text,
            "3.5 GiB of cuda:0 did not come back within 5 s: worker_asr holds 3.5 GiB, firefox (pid 77) "
            "holds 300 MiB");
  // What is missing stays missing: the next tenant is measured against what there is.
  EXPECT_EQ(broker->available("cuda:0").value(), gibi(12) - gibi(3.5) - 300 * kMebi - gibi(0.5));
}

TEST_F(Broker, CancelEndsTheWait) {
  describe(R"({"gpus":[{"total":"12 GiB","lag_seconds":60}]})");
  const auto tenancy = broker->acquire("cuda:0", "whisper", gibi(8));
  clock.at_wait = [&](int waits) {
    if (waits == 2) cancel.cancel();
  };
  const auto report = broker->release(*tenancy, cancel);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::Cancelled);
  EXPECT_EQ(clock.waits, 2);
}

TEST_F(Broker, WaitsForRoomAfterAnUnload) {
  describe(R"({"gpus":[{"total":"12 GiB","lag_seconds":1,
    "holders":[{"pid":9,"name":"ollama","memory":"8 GiB","model":"llama3:8b"}]}]})");
  EXPECT_EQ(broker->available("cuda:0").value(), gibi(3.5));
  probe->unloaded("llama3:8b");
  const auto report = broker->wait_for("cuda:0", gibi(10), cancel);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->returned, Returned::Yes);
  EXPECT_DOUBLE_EQ(report->waited_seconds, 1);
  EXPECT_TRUE(broker->acquire("cuda:0", "gpt-oss:20b", gibi(10)));
}

TEST_F(Broker, RoomThatDoesNotComeIsToldAfterFiveSeconds) {
  describe(R"({"gpus":[{"total":"12 GiB","holders":[{"pid":9,"name":"game","memory":"8 GiB"}]}]})");
  const auto report = broker->wait_for("cuda:0", gibi(10), cancel);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->returned, Returned::Late);
  EXPECT_EQ(report->missing, gibi(6.5));
  EXPECT_THAT(report->text, HasSubstr("game (pid 9) holds 8.0 GiB"));
}

TEST_F(Broker, HostMemoryIsADeviceToo) {
  describe(R"({"host":{"total":"16 GiB","available":"9.3 GiB","lag_seconds":0.5}})");
  const auto tenancy = broker->acquire("cpu", "llama3:8b", gibi(8));
  ASSERT_TRUE(tenancy);
  EXPECT_FALSE(broker->acquire("cpu", "other", gibi(1)));
  const auto report = broker->release(*tenancy, cancel);
  ASSERT_TRUE(report);
  EXPECT_DOUBLE_EQ(report->waited_seconds, 0.5);
}

TEST_F(Broker, ACardThatIsNotThereIsAnError) {
  describe(R"({"host":{}})");
  const auto refused = broker->acquire("cuda:0", "whisper", 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  describe(kTwelve);
  EXPECT_FALSE(broker->acquire("cuda:1", "whisper", 1));
}

TEST_F(Broker, GivingBackTwiceIsAnError) {
  describe(kTwelve);
  const auto tenancy = broker->acquire("cuda:0", "whisper", gibi(1));
  ASSERT_TRUE(broker->release(*tenancy, cancel));
  EXPECT_FALSE(broker->release(*tenancy, cancel));
}

// Random orders of granting and giving back never promise more than there is, and end where they began.
TEST_F(Broker, NeverPromisesMoreThanThereIs) {
  unsigned seed = 7;
  const auto draw = [&](unsigned below) {
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 16U) % below;
  };
  describe(R"({"gpus":[{"total":"12 GiB","lag_seconds":0.6}]})");
  std::vector<Tenancy> tenants;
  for (int step = 0; step < 400; ++step) {
    if (tenants.empty() || draw(2) == 0) {
      if (auto granted = broker->acquire("cuda:0", "tenant", (1 + draw(6)) * gibi(0.9)))
        tenants.push_back(*granted);
    } else {
      const auto which = static_cast<std::ptrdiff_t>(draw(static_cast<unsigned>(tenants.size())));
      const auto report = broker->release(tenants[static_cast<std::size_t>(which)], cancel);
      ASSERT_TRUE(report && report->returned == Returned::Yes) << step;
      tenants.erase(tenants.begin() + which);
    }
    std::uint64_t promised = 0;
    for (const Tenancy& tenancy : tenants) promised += tenancy.bytes;
    ASSERT_LE(promised, gibi(11.5)) << step;
    ASSERT_EQ(broker->available("cuda:0").value(), gibi(11.5) - promised) << step;
  }
}

}  // namespace
}  // namespace skald
