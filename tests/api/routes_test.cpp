#include "api/routes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "store/store.hpp"
#include "support/folder.hpp"

namespace skald::api {
namespace {

TEST(Routes, EveryChangeIsGuardedAndNoReadChanges) {
  for (const Route& route : routes()) {
    const bool read = route.method == "GET";
    EXPECT_EQ(changes(route.guard), !read) << route.pattern;
    const bool may_be_open = route.operation == "page" || route.operation == "health";
    EXPECT_EQ(route.guard == Guard::Open || route.guard == Guard::Page, may_be_open) << route.pattern;
  }
}

// Every route with a token of every scope, and with none that is known.
TEST(Routes, EachAsksForItsScope) {
  std::map<Scope, std::size_t> open;
  for (const Scope scope : {Scope::Read, Scope::Change, Scope::Admin}) {
    Gate gate;
    gate.port = 7860;
    gate.scope_of = [scope](std::string_view token) {
      return token == "skt_known" ? std::optional(scope) : std::nullopt;
    };
    for (const Route& route : routes()) {
      Request asked{std::string(route.method), "/", "/", {}, {{"Host", "localhost:7860"}}};
      const bool anybody = route.guard == Guard::Open || route.guard == Guard::Page;
      asked.headers.emplace_back("Authorization", "Bearer skt_other");
      EXPECT_EQ(admit(asked, route.guard, gate, route.body).has_value(), anybody) << route.pattern;
      asked.headers.back().second = "Bearer skt_known";
      const bool let_in = admit(asked, route.guard, gate, route.body).has_value();
      const Scope needed = route.method == "GET"          ? Scope::Read
                           : route.guard == Guard::Change ? Scope::Change
                                                          : Scope::Admin;
      EXPECT_EQ(let_in, anybody || scope >= needed) << route.method << ' ' << route.pattern;
      open[scope] += let_in ? 1 : 0;
    }
  }
  EXPECT_LT(open[Scope::Read], open[Scope::Change]);
  EXPECT_LT(open[Scope::Change], open[Scope::Admin]);
  EXPECT_EQ(open[Scope::Admin], routes().size());
}

TEST(Routes, EachHasANameOfItsOwnAndASummary) {
  std::set<std::string_view> names;
  for (const Route& route : routes()) {
    EXPECT_TRUE(names.insert(route.operation).second) << route.operation;
    EXPECT_FALSE(route.summary.empty()) << route.pattern;
    EXPECT_NE(route.handler, nullptr) << route.pattern;
    EXPECT_EQ(match(route.method, route.pattern == "/" ? "/" : "/x").route != nullptr, route.pattern == "/");
  }
}

TEST(Routes, IdsAreDigits) {
  const Match found = match("GET", "/api/v1/sessions/42/transcript");
  ASSERT_NE(found.route, nullptr);
  EXPECT_EQ(found.route->operation, "getTranscript");
  EXPECT_EQ(found.id, 42);
  for (const char* path :
       {"/api/v1/sessions/", "/api/v1/sessions/x", "/api/v1/sessions/-1", "/api/v1/sessions/1/",
        "/api/v1/sessions/../config", "/api/v1/sessions/1e3", "/api/v1/sessions/0x1",
        "/api/v1/sessions/9999999999999999999", "/api/v1/sessions//transcript",
        "/api/v1/sessions/1/transcript/", "/api/v1//sessions", "/API/V1/sessions"}) {
    EXPECT_EQ(match("GET", path).route, nullptr) << path;
    EXPECT_EQ(match("GET", path).allowed, "") << path;
  }
}

TEST(Routes, HeadIsARead) {
  EXPECT_NE(match("HEAD", "/api/v1/sessions").route, nullptr);
}

TEST(Routes, OtherMethodsNameThoseThatThereAre) {
  EXPECT_EQ(match("POST", "/api/v1/sessions/1").allowed, "GET, HEAD, DELETE, PATCH");
  EXPECT_EQ(match("OPTIONS", "/api/v1/sessions").allowed, "GET, HEAD");
}

TEST(OpenApi, DescribesEveryRoute) {
  const Json document = openapi("1.2.3");
  EXPECT_EQ(document["info"]["version"], "1.2.3");
  std::size_t described = 0;
  for (const auto& path : document["paths"]) described += path.size();
  EXPECT_EQ(described, routes().size());
  const Json& removal = document["paths"]["/api/v1/sessions/{id}"]["delete"];
  EXPECT_EQ(removal["security"].size(), 2U);
  EXPECT_TRUE(removal["security"][1].contains("csrf"));
  EXPECT_TRUE(document["paths"]["/api/v1/health"]["get"]["security"].empty());
}

class Answer : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Context::open(folder_.path(), "1.2.3", cancel_);
    ASSERT_TRUE(opened) << opened.error().message;
    context_ = std::move(*opened);
    context_->gate.port = 7860;
  }
  Request request(std::string method, const std::string& path) {
    return {std::move(method), path, path, {}, {{"Host", "localhost:7860"}}};
  }
  Request trusted(std::string method, const std::string& path) {
    Request made = request(std::move(method), path);
    made.headers.emplace_back("Cookie", "skald_7860=" + context_->gate.session);
    made.headers.emplace_back("X-Skald-CSRF", context_->gate.csrf);
    return made;
  }
  std::int64_t add(const std::string& name) {
    RunRecord run{0, "key", name, "", RunState::Finished, "20261123_200000", "{}"};
    EXPECT_TRUE(context_->store().store.add_run(run));
    return run.id;
  }
  static Json json(const Reply& reply) {
    return parse_json(std::get<std::string>(reply.body), "reply").value_or(Json::object());
  }

  TestFolder folder_;
  CancelToken cancel_;
  std::unique_ptr<Context> context_;
};

TEST_F(Answer, WithoutGuardNothingIsTold) {
  add("evening");
  for (const Route& route : routes()) {
    if (route.guard == Guard::Open || route.guard == Guard::Page) continue;
    std::string path(route.pattern);
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, "1");
    const Reply reply = answer(*context_, request(std::string(route.method), path));
    EXPECT_EQ(reply.status, 401) << path;
    EXPECT_EQ(json(reply)["error"]["code"], "Unauthorized") << path;
  }
}

TEST_F(Answer, ErrorsAreJson) {
  const Reply missing = answer(*context_, trusted("GET", "/nothing"));
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(json(missing)["error"]["code"], "NoSuchAddress");
  const Reply method = answer(*context_, trusted("PUT", "/api/v1/health"));
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.headers, (Fields{{"Allow", "GET, HEAD"}}));
  const Reply unknown = answer(*context_, trusted("GET", "/api/v1/sessions/77"));
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(json(unknown)["error"]["code"], "NotFound");
  EXPECT_FALSE(json(unknown)["error"]["advice"].get<std::string>().empty());
}

TEST_F(Answer, ASessionIsKnownByTheIdOfItsFirstRun) {
  const auto first = add("evening");
  add("evening");
  const auto other = add("morning");
  const Json list = json(answer(*context_, trusted("GET", "/api/v1/sessions")))["sessions"];
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0]["id"], other);
  EXPECT_EQ(list[1]["id"], first);
  EXPECT_EQ(list[1]["runs"], 2);
}

TEST_F(Answer, ARemovedSessionIsGone) {
  const auto id = std::to_string(add("evening"));
  EXPECT_EQ(answer(*context_, trusted("DELETE", "/api/v1/sessions/" + id)).status, 200);
  EXPECT_EQ(answer(*context_, trusted("GET", "/api/v1/sessions/" + id)).status, 404);
  EXPECT_EQ(answer(*context_, trusted("DELETE", "/api/v1/sessions/" + id)).status, 404);
}

TEST_F(Answer, ABodyIsAWholeObjectOfLimitedSize) {
  const auto sent = [&](std::vector<std::string> pieces, bool whole) {
    Request asked = trusted("DELETE", "/api/v1/sessions/77");
    asked.headers.insert(asked.headers.end(),
                         {{"Transfer-Encoding", "chunked"}, {"Content-Type", "application/json"}});
    asked.read_body = [&](const Request::Take& take) {
      return std::all_of(pieces.begin(), pieces.end(), take) && whole;
    };
    return answer(*context_, asked).status;
  };
  EXPECT_EQ(sent({"{\"a\"", ": 1}"}, true), 404);  // taken: there is no such session
  EXPECT_EQ(sent({}, true), 404);
  EXPECT_EQ(sent({"{\"a\"", ": 1}"}, false), 400);
  for (const char* odd : {"[]", "1", "{", "{} {}", "\xff", "null"}) EXPECT_EQ(sent({odd}, true), 400) << odd;
  EXPECT_EQ(sent({std::string(100, '[')}, true), 400);
  std::vector<std::string> endless(17, std::string(65536, ' '));
  EXPECT_EQ(sent(endless, true), 413);
}

TEST_F(Answer, NoNameStandsInThePage) {
  add("<script>alert(1)</script>\"'&");
  const Reply page = answer(*context_, request("GET", "/"));
  const auto& html = std::get<std::string>(page.body);
  EXPECT_EQ(html.find("alert(1)"), std::string::npos);
  ASSERT_FALSE(page.headers.empty());
  EXPECT_EQ(page.headers[0].second,
            "skald_7860=" + context_->gate.session + "; Path=/; HttpOnly; SameSite=Strict");
}

TEST_F(Answer, TranscriptAndSoundOfASessionWithoutResults) {
  const auto id = std::to_string(add("evening"));
  EXPECT_EQ(answer(*context_, trusted("GET", "/api/v1/sessions/" + id + "/transcript")).status, 404);
  EXPECT_EQ(answer(*context_, trusted("GET", "/api/v1/sessions/" + id + "/audio")).status, 404);
}

}  // namespace
}  // namespace skald::api
