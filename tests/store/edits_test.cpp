#include <gtest/gtest.h>

#include "store/store.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

struct EditsTest : ::testing::Test {
  TestFolder folder;
  std::unique_ptr<Store> store = Store::open(folder / "home").value();
  std::int64_t session = add("evening");

  std::int64_t add(const std::string& name) {
    RunRecord run{0, "k", name, "", RunState::Finished, "20261123_200000", "{}"};
    EXPECT_TRUE(store->add_run(run));
    return run.id;
  }
  static EditRow row(std::int64_t revision) {
    return {revision, "edits", "2026-11-23T20:00:00Z", "page", R"([{"op":"text"}])"};
  }
  std::vector<std::string> found(const std::string& query) {
    std::vector<std::string> segments;
    const Found all = store->search(query, 10).value();
    for (const auto& hit : all.hits) segments.push_back(hit.spoken.segment);
    return segments;
  }
};

TEST_F(EditsTest, AreKeptInTheirOrderAndReadByOthers) {
  ASSERT_TRUE(store->add_edit(session, row(1), {}));
  ASSERT_TRUE(store->add_edit(session, {2, "undo", "later", "token", "[]"}, {}));
  const auto other = Store::open(folder / "home").value();
  const auto log = other->edit_log(session).value();
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[0].edits, R"([{"op":"text"}])");
  EXPECT_EQ(log[1].kind, "undo");
  EXPECT_EQ(log[1].who, "token");
  EXPECT_EQ(other->edit_revision(session).value(), 2);
  EXPECT_EQ(other->edit_revision(add("morning")).value(), 0);
}

TEST_F(EditsTest, OfAnOldRevisionAreRefusedWithAllThatCameAlong) {
  ASSERT_TRUE(store->add_edit(session, row(1), {}));
  for (const std::int64_t wrong : {0, 1, 3}) {
    const auto refused = store->add_edit(session, row(wrong), {{{"1", 0, "Hanna", "bow"}}, {}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  }
  EXPECT_EQ(store->edit_log(session).value().size(), 1U);
  EXPECT_TRUE(found("\"bow\"").empty());
  EXPECT_TRUE(store->add_edit(session, row(2), {}));  // nothing was left open
}

TEST_F(EditsTest, ChangeWhatIsFound) {
  ASSERT_TRUE(store->index_session(session, {session, 0},
                                   {{"1", 0, "Hanna", "I draw my bow"}, {"2", 4, "Rowan", "Één klok"}}));
  EXPECT_EQ(store->indexed(session).value(), (Indexed{session, 0}));
  EXPECT_EQ(found("\"bow\""), std::vector<std::string>{"1"});
  EXPECT_EQ(found("\"een\""), std::vector<std::string>{"2"});
  ASSERT_TRUE(store->add_edit(session, row(1),
                              {{{"1", 0, "Hanna", "I draw my sword"}, {"2.1", 5, "Rowan", "klok"}}, {"2"}}));
  EXPECT_TRUE(found("\"bow\"").empty());
  EXPECT_EQ(found("\"sword\""), std::vector<std::string>{"1"});
  EXPECT_EQ(found("\"klok\""), std::vector<std::string>{"2.1"});
  EXPECT_EQ(store->indexed(session).value(), (Indexed{session, 1}));
  ASSERT_TRUE(store->add_edit(session, row(2), {{{"1", 0, "Gil", "I draw my sword"}}, {}}));
  EXPECT_EQ(store->search("\"sword\"", 10).value().hits[0].spoken.speaker, "Gil");
}

TEST_F(EditsTest, AnIndexOfAnOldRevisionIsRefused) {
  ASSERT_TRUE(store->add_edit(session, row(1), {}));
  EXPECT_FALSE(store->index_session(session, {session, 0}, {{"1", 0, "Hanna", "bow"}}));
  EXPECT_TRUE(found("\"bow\"").empty());
  EXPECT_TRUE(store->index_session(session, {session, 1}, {{"1", 0, "Hanna", "bow"}}));
  EXPECT_TRUE(store->index_session(session, {session, 1}, {{"7", 0, "Hanna", "bow"}}));
  EXPECT_EQ(found("\"bow\""), std::vector<std::string>{"7"});
}

TEST_F(EditsTest, GoWithTheirSession) {
  const auto other = add("morning");
  for (const auto id : {session, other}) {
    ASSERT_TRUE(store->index_session(id, {id, 0}, {{"1", 0, "Hanna", "bow and arrow"}}));
    ASSERT_TRUE(store->add_edit(id, row(1), {}));
  }
  EXPECT_EQ(store->search("\"bow\"", 1).value().total, 2U);
  ASSERT_TRUE(store->remove_runs("evening"));
  EXPECT_TRUE(store->edit_log(session).value().empty());
  EXPECT_EQ(store->indexed(session).value(), Indexed{});
  const Found left = store->search("\"bow\"", 10).value();
  ASSERT_EQ(left.hits.size(), 1U);
  EXPECT_EQ(left.hits[0].name, "morning");
  EXPECT_EQ(store->edit_log(other).value().size(), 1U);
}

TEST_F(EditsTest, ARenamedSessionKeepsThemAndTakesNoNameOfAnother) {
  add("morning");
  ASSERT_TRUE(store->add_edit(session, row(1), {}));
  ASSERT_TRUE(store->rename_session("evening", "The Drowned Bell"));
  EXPECT_EQ(store->runs("The Drowned Bell").value()[0].id, session);
  EXPECT_EQ(store->edit_log(session).value().size(), 1U);
  const auto taken = store->rename_session("The Drowned Bell", "morning");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::Conflict);
}

}  // namespace
}  // namespace skald
