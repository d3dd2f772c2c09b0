#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <thread>

#include "store/store.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

struct ArtifactsTest : ::testing::Test {
  TestFolder folder;
  std::filesystem::path home = folder / "home";
  CancelToken cancel;

  Artifact make(Store& store, const std::string& key, const std::string& content) {
    auto lease = store.begin(key, Reuse::Finished, cancel).value();
    put(lease->output() / "a.txt", content);
    return store.commit(*lease, key, "listen", Json::object()).value();
  }

  std::vector<std::filesystem::path> makings(const std::string& key) const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(home / "artifacts" / key.substr(0, 2)))
      found.push_back(entry.path());
    return found;
  }
};

const std::string kKey(64, 'a');
const std::string kOther(64, 'b');

TEST_F(ArtifactsTest, CommittedOnceIsFoundByEveryLaterProcess) {
  {
    auto store = Store::open(home).value();
    EXPECT_FALSE(store->find(kKey).value());
    make(*store, kKey, "x");
  }
  auto store = Store::open(home).value();
  const auto found = store->find(kKey).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(content_of(found->directory / "a.txt"), "x");
  EXPECT_EQ(found->stage, "listen");
}

TEST_F(ArtifactsTest, FolderRemovedByHandIsMadeAgain) {
  auto store = Store::open(home).value();
  std::filesystem::remove_all(make(*store, kKey, "x").directory);
  EXPECT_FALSE(store->find(kKey).value());
  make(*store, kKey, "y");
  EXPECT_TRUE(store->find(kKey).value());
}

TEST_F(ArtifactsTest, UnitsSurviveALeaseThatEndedWithoutResult) {
  auto store = Store::open(home).value();
  {
    auto lease = store->begin(kKey, Reuse::Finished, cancel).value();
    put(lease->units() / "unit_000000.json", "1");
    put(lease->output() / "half.txt", "half");
  }
  auto lease = store->begin(kKey, Reuse::Finished, cancel).value();
  EXPECT_TRUE(std::filesystem::exists(lease->units() / "unit_000000.json"));
  EXPECT_TRUE(std::filesystem::is_empty(lease->output()));
  lease.reset();
  lease = store->begin(kKey, Reuse::Nothing, cancel).value();
  EXPECT_TRUE(std::filesystem::is_empty(lease->units()));
}

TEST_F(ArtifactsTest, SecondMakerWaitsForTheFirst) {
  auto store = Store::open(home).value();
  auto first = store->begin(kKey, Reuse::Finished, cancel).value();
  std::promise<void> asking;
  auto second = std::async(std::launch::async, [&] {
    auto own = Store::open(home).value();
    asking.set_value();
    auto lease = own->begin(kKey, Reuse::Finished, cancel);
    return lease && own->find(kKey).value().has_value();
  });
  asking.get_future().wait();
  put(first->output() / "a.txt", "x");
  ASSERT_TRUE(store->commit(*first, kKey, "listen", Json::object()));
  first.reset();
  EXPECT_TRUE(second.get());
}

TEST_F(ArtifactsTest, WaitingEndsWhenCancelled) {
  auto store = Store::open(home).value();
  auto first = store->begin(kKey, Reuse::Finished, cancel).value();
  cancel.cancel();
  const auto second = Store::open(home).value()->begin(kKey, Reuse::Finished, cancel);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Cancelled);
}

TEST_F(ArtifactsTest, LeaseOfAKilledProcessIsFree) {
  ASSERT_TRUE(Store::open(home));
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = Store::open(home).value();
    auto lease = store->begin(kKey, Reuse::Finished, cancel).value();
    if (::write(ready[1], "x", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ::close(ready[0]);
  ::close(ready[1]);
  auto store = Store::open(home).value();
  EXPECT_TRUE(store->begin(kKey, Reuse::Finished, cancel));
}

// The state that a kill in the middle of a commit leaves: what is on disk is never more than what is
// recorded.
TEST_F(ArtifactsTest, NothingAppearsThatTheDatabaseDoesNotKnow) {
  auto store = Store::open(home).value();
  auto database = Database::open(home / "skald.db").value();
  ASSERT_TRUE(database.execute(
      "CREATE TRIGGER no BEFORE INSERT ON artifact BEGIN SELECT RAISE(FAIL, 'not now'); END"));
  auto lease = store->begin(kKey, Reuse::Finished, cancel).value();
  put(lease->output() / "a.txt", "x");
  EXPECT_FALSE(store->commit(*lease, kKey, "listen", Json::object()));
  EXPECT_TRUE(makings(kKey).empty());
  ASSERT_TRUE(database.execute("DROP TRIGGER no"));
  ASSERT_TRUE(store->commit(*lease, kKey, "listen", Json::object()));
  EXPECT_EQ(makings(kKey).size(), 1U);
}

TEST_F(ArtifactsTest, KillsDuringCommitsLeaveNoFolderThatNobodyKnows) {
  ASSERT_TRUE(Store::open(home));
  for (int round = 0; round < 20; ++round) {
    int told[2];
    ASSERT_EQ(::pipe(told), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto store = Store::open(home).value();
      for (;;) {
        make(*store, kKey, "x");
        if (::write(told[1], "x", 1) != 1) ::_exit(1);
      }
    }
    char byte = 0;  // the child has made it once or more, and makes it again
    for (int made = 0; made <= round % 4; ++made) ASSERT_EQ(::read(told[0], &byte, 1), 1);
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ::close(told[0]);
    ::close(told[1]);
  }
  auto store = Store::open(home).value();
  const Artifact last = make(*store, kKey, "last");
  EXPECT_EQ(makings(kKey), std::vector{last.directory});
}

TEST_F(ArtifactsTest, EarlierMakingGoesWhenNobodyReadsItAnyMore) {
  auto store = Store::open(home).value();
  auto other = Store::open(home).value();
  make(*store, kKey, "first");
  auto read = other->find(kKey).value();
  ASSERT_TRUE(read);
  EXPECT_NE(make(*store, kKey, "second").directory, read->directory);
  ASSERT_TRUE(store->collect_garbage());
  EXPECT_EQ(content_of(read->directory / "a.txt"), "first") << "another run still reads it";
  const std::filesystem::path earlier = read->directory;
  read.reset();
  const Artifact third = make(*store, kKey, "third");
  EXPECT_FALSE(std::filesystem::exists(earlier));
  EXPECT_EQ(makings(kKey), std::vector{third.directory});
}

TEST_F(ArtifactsTest, GarbageIsWhatNoRunNeedsAndNobodyMakes) {
  auto store = Store::open(home).value();
  RunRecord run{0, "key", "session", "", RunState::Finished, "20260101_120000", "{}"};
  ASSERT_TRUE(store->add_run(run));
  Artifact kept = make(*store, kKey, "kept");
  ASSERT_TRUE(store->use_artifact(run.id, kKey));
  Artifact orphan = make(*store, kOther, "orphan");
  orphan.hold.reset();
  auto busy = store->begin(std::string(64, 'c'), Reuse::Finished, cancel).value();
  put(busy->units() / "unit_000000.json", "1");
  const auto freed = store->collect_garbage();
  ASSERT_TRUE(freed) << freed.error().message;
  EXPECT_EQ(*freed, 6U);
  EXPECT_TRUE(std::filesystem::exists(kept.directory));
  EXPECT_FALSE(std::filesystem::exists(orphan.directory));
  EXPECT_TRUE(std::filesystem::exists(busy->units() / "unit_000000.json"));
  ASSERT_TRUE(store->remove_runs("session"));
  ASSERT_TRUE(store->collect_garbage());
  EXPECT_TRUE(std::filesystem::exists(kept.directory)) << "a run reads it";
  kept.hold.reset();
  ASSERT_TRUE(store->collect_garbage());
  EXPECT_FALSE(std::filesystem::exists(kept.directory));
}

TEST_F(ArtifactsTest, UnitsThatAnotherSessionsRunGoesOnFromAreNoGarbage) {
  auto store = Store::open(home).value();
  RunRecord going{0, "one", "going", "", RunState::Cancelled, "20260101_120000", "{}"};
  RunRecord fallen{0, "two", "fallen", "", RunState::Finished, "20260101_130000", "{}"};
  const std::string shared(64, 'c'), made(64, 'd');
  for (auto [run, key] : {std::pair{&going, kKey}, {&fallen, kOther}}) {
    ASSERT_TRUE(store->add_run(*run));
    for (const std::string& used : {key, shared, made}) ASSERT_TRUE(store->use_artifact(run->id, used));
  }
  const auto unit = [&](const std::string& key) {
    return home / "work" / key / "units" / "unit_000000.json";
  };
  for (const std::string& key : {kKey, kOther, shared, made})
    put(store->begin(key, Reuse::Finished, cancel).value()->units() / "unit_000000.json", "1");
  make(*store, made, "x");
  put(store->begin(made, Reuse::Finished, cancel).value()->units() / "unit_000000.json", "left by a kill");
  ASSERT_TRUE(store->remove_runs("going"));
  ASSERT_TRUE(store->collect_garbage());
  EXPECT_FALSE(std::filesystem::exists(unit(kKey))) << "its session was removed";
  EXPECT_TRUE(std::filesystem::exists(unit(kOther)));
  EXPECT_TRUE(std::filesystem::exists(unit(shared)));
  EXPECT_FALSE(std::filesystem::exists(unit(made))) << "what was made of it is there";
  ASSERT_TRUE(store->remove_runs("fallen"));
  ASSERT_TRUE(store->collect_garbage());
  EXPECT_TRUE(std::filesystem::is_empty(home / "work"));
}

}  // namespace
}  // namespace skald
