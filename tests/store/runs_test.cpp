#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "store/store.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

struct RunsTest : ::testing::Test {
  TestFolder folder;
  std::unique_ptr<Store> store = Store::open(folder / "home").value();

  RunRecord add(const std::string& key, const std::string& session, RunState state) {
    RunRecord run{0, key, session, "/somewhere", state, "20260102_030405", R"({"a":1})"};
    EXPECT_TRUE(store->add_run(run));
    return run;
  }
};

TEST_F(RunsTest, UnfinishedIsFoundUntilItFinishes) {
  RunRecord run = add("k", "s", RunState::Running);
  EXPECT_EQ(store->unfinished_run("k").value()->id, run.id);
  EXPECT_FALSE(store->unfinished_run("other").value());
  run.state = RunState::Failed;
  ASSERT_TRUE(store->update_run(run));
  EXPECT_EQ(store->unfinished_run("k").value()->state, RunState::Failed);
  run.state = RunState::Finished;
  ASSERT_TRUE(store->update_run(run));
  EXPECT_FALSE(store->unfinished_run("k").value());
}

TEST_F(RunsTest, NewestFirstAndOfOneSession) {
  const auto first = add("k", "a", RunState::Finished);
  const auto second = add("k", "b", RunState::Finished);
  const auto all = store->runs().value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, second.id);
  ASSERT_EQ(store->runs("a").value().size(), 1U);
  EXPECT_EQ(store->runs("a").value()[0].id, first.id);
}

TEST_F(RunsTest, FactsAndTimings) {
  EXPECT_FALSE(store->fact("f").value());
  ASSERT_TRUE(store->set_fact("f", "1"));
  ASSERT_TRUE(store->set_fact("f", "2"));
  EXPECT_EQ(store->fact("f").value(), "2");
  EXPECT_FALSE(store->seconds_per_second("listen", "2"));
  store->record("listen", "2", 100, 3);
  store->record("listen", "2", 300, 5);
  EXPECT_NEAR(*store->seconds_per_second("listen", "2"), 0.02, 1e-12);
  EXPECT_FALSE(store->seconds_per_second("listen", "4"));
}

TEST_F(RunsTest, ManyThreadsWriteAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      auto own = Store::open(folder / "home").value();
      for (int i = 0; i < 20; ++i) {
        RunRecord run{0, "k" + std::to_string(t), "s", "", RunState::Running, "x", "{}"};
        ASSERT_TRUE(own->add_run(run));
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store->runs("s").value().size(), 80U);
}

TEST(StoreOpen, DatabaseThatIsNoneIsNamed) {
  TestFolder folder;
  put(folder / "home/skald.db", std::string(5000, 'x'));
  const auto store = Store::open(folder / "home");
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("skald.db"), std::string::npos);
  EXPECT_EQ(content_of(folder / "home/skald.db").size(), 5000U);
}

TEST(StoreOpen, PlaceThatCannotBeAFolderIsNamed) {
  TestFolder folder;
  put(folder / "file", "x");
  const auto store = Store::open(folder / "file/home");
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("file/home"), std::string::npos);
}

}  // namespace
}  // namespace skald
