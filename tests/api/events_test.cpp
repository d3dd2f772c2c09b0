#include "api/events.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "api/watch.hpp"

namespace skald::api {
namespace {

std::string next(const StreamBody& stream) {
  return stream().value_or("end");
}

bool begins(const std::string& text, std::string_view kind, std::string_view id) {
  return text.find("id: " + std::string(id) + "\n") != std::string::npos &&
         text.find("event: " + std::string(kind) + "\n") != std::string::npos;
}

TEST(Events, ComeInOrderWithTheirNumbers) {
  EventHub hub("e");
  const auto stream = hub.follow("");
  ASSERT_TRUE(stream);
  EXPECT_TRUE(begins(next(*stream), "hello", "e-0"));
  hub.publish("one", {{"n", 1}});
  hub.publish("two", {{"n", 2}});
  EXPECT_EQ(next(*stream),
            "id: e-1\nevent: one\ndata: {\"n\":1}\n\nid: e-2\nevent: two\ndata: {\"n\":2}\n\n");
}

TEST(Events, WhoComesBackGetsWhatWasMissed) {
  EventHub hub("e");
  for (int i = 1; i <= 5; ++i) hub.publish("x", i);
  const auto stream = hub.follow("e-3");
  ASSERT_TRUE(stream);
  EXPECT_TRUE(begins(next(*stream), "hello", "e-3"));
  EXPECT_EQ(next(*stream), event_text("e-4", "x", 4) + event_text("e-5", "x", 5));
  const auto none = hub.follow("e-5");
  ASSERT_TRUE(none);
  EXPECT_TRUE(begins(next(*none), "hello", "e-5"));
}

TEST(Events, WhatIsNotKeptAnyMoreIsSaid) {
  EventHub hub("e", 3);
  for (int i = 1; i <= 5; ++i) hub.publish("x", i);
  for (const char* id : {"e-1", "e-0", "e-6", "d-3", "e-", "e-x", "3", "e-99999999999999999999999"}) {
    const auto stream = hub.follow(id);
    ASSERT_TRUE(stream);
    EXPECT_TRUE(begins(next(*stream), "reset", "e-5")) << id;
  }
  const auto oldest = hub.follow("e-2");
  ASSERT_TRUE(oldest);
  EXPECT_TRUE(begins(next(*oldest), "hello", "e-2"));
  EXPECT_TRUE(next(*oldest).starts_with("id: e-3\n"));
}

TEST(Events, AReaderWhoIsTooSlowIsLetGo) {
  EventHub hub("e", 2);
  const auto stream = hub.follow("");
  ASSERT_TRUE(stream);
  next(*stream);
  for (int i = 1; i <= 5; ++i) hub.publish("x", i);
  EXPECT_EQ((*stream)(), std::nullopt);
}

TEST(Events, NotMoreStreamsThanAllowed) {
  EventHub hub("e", 8, 2);
  auto one = hub.follow(""), two = hub.follow("");
  ASSERT_TRUE(one && two);
  EXPECT_EQ(hub.follow("").error().code, ErrorCode::Unavailable);
  one = StreamBody();
  EXPECT_TRUE(hub.follow(""));
}

TEST(Events, ClosingEndsThoseWhoWait) {
  EventHub hub("e");
  const auto stream = hub.follow("");
  ASSERT_TRUE(stream);
  next(*stream);
  std::optional<std::string> last = "";
  std::thread reader([&] {
    while (last) last = (*stream)();
  });
  hub.close();
  reader.join();
  EXPECT_EQ(last, std::nullopt);
}

TEST(Events, LineBreaksInNamesDoNotEndAnEvent) {
  const std::string text = event_text("e-1", "x", {{"name", "a\n\nid: e-9\nevent: evil\r\rb"}});
  EXPECT_EQ(text.find("\nid:"), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
}

Session session(std::int64_t id, const char* name, RunState state) {
  return {id, name, {RunRecord{id, "k", name, "", state, "20261123_200000", "{}"}}};
}

TEST(SessionChanges, AddedChangedRemoved) {
  EventHub hub("e");
  SessionChanges changes;
  const auto stream = hub.follow("");
  ASSERT_TRUE(stream);
  next(*stream);
  changes.look({session(1, "a", RunState::Running), session(2, "b", RunState::Running)}, hub);
  changes.look({session(1, "a", RunState::Finished), session(3, "c", RunState::Running)}, hub);
  const std::string text = next(*stream);
  EXPECT_TRUE(text.starts_with("id: e-1\nevent: session.removed\ndata: {\"id\":2,")) << text;
  EXPECT_NE(text.find("id: e-2\nevent: session.changed\ndata: {\"id\":1,"), std::string::npos) << text;
  EXPECT_NE(text.find("id: e-3\nevent: session.added\ndata: {\"id\":3,"), std::string::npos) << text;
}

}  // namespace
}  // namespace skald::api
