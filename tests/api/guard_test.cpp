#include "api/guard.hpp"

#include <gtest/gtest.h>

#include "api/peer.hpp"

namespace skald::api {
namespace {

const std::string kCookie(64, 'c');
const std::string kCsrf(64, 'f');

Gate gate() {
  Gate made;
  made.port = 7860;
  made.session = kCookie;
  made.csrf = kCsrf;
  made.scope_of = [](std::string_view token) -> std::optional<Scope> {
    if (token == "skt_good") return Scope::Admin;
    if (token == "skt_change") return Scope::Change;
    if (token == "skt_read") return Scope::Read;
    return std::nullopt;
  };
  return made;
}

Request request(std::string method = "GET", std::string path = "/api/v1/sessions") {
  return {std::move(method), path, path, {}, {{"Host", "127.0.0.1:7860"}}};
}

Request with(Request request, std::vector<std::pair<std::string, std::string>> headers) {
  for (auto& header : headers) request.headers.push_back(std::move(header));
  return request;
}

Request from_page(std::string method) {
  return with(
      request(std::move(method)),
      {{"Cookie", "a=b; skald_7860=" + kCookie}, {"Sec-Fetch-Site", "same-origin"}, {"X-Skald-CSRF", kCsrf}});
}

// The HTTP status of a refusal; 200: it is let in.
int status(const Admission& admission) {
  return admission ? 200 : http_status(admission.error().code);
}

int asked(const Request& request, Guard guard) {
  return status(admit(request, guard, gate()));
}

TEST(Address, OwnNamesWithOwnPortAlone) {
  for (const char* host : {"127.0.0.1:7860", "localhost:7860", "LocalHost:7860", "[::1]:7860"}) {
    Request good = request();
    good.headers[0].second = host;
    EXPECT_EQ(status(check_address(good, gate())), 200) << host;
  }
  for (const char* host :
       {"evil.example:7860", "127.0.0.1", "localhost", "127.0.0.1:7861", "127.0.0.1:78600", "[::1]",
        "::1:7860", "localhost.:7860", "127.0.0.1.evil.example:7860", "evil.example", "", "127.0.0.1:7860 ",
        "0.0.0.0:7860", "2130706433:7860", "127.1:7860", "user@127.0.0.1:7860", "[::ffff:127.0.0.1]:7860",
        "192.168.1.2:7860"}) {
    Request bad = request();
    bad.headers[0].second = host;
    EXPECT_EQ(status(check_address(bad, gate())), 403) << host;
  }
}

TEST(Address, PortMayBeLeftOutWhereItIsThatOfHttp) {
  Gate web = gate();
  web.port = 80;
  Request plain = request();
  plain.headers[0].second = "localhost";
  EXPECT_TRUE(check_address(plain, web));
}

TEST(Address, MissingOrTwice) {
  Request none = request();
  none.headers.clear();
  EXPECT_EQ(status(check_address(none, gate())), 400);
  EXPECT_EQ(status(check_address(with(request(), {{"hOST", "127.0.0.1:7860"}}), gate())), 400);
}

TEST(Address, TargetIsAPath) {
  for (const char* target : {"http://127.0.0.1:7860/", "*", "", "//evil.example/", "127.0.0.1:7860"}) {
    Request odd = request();
    odd.target = target;
    EXPECT_EQ(status(check_address(odd, gate())), 400) << target;
  }
}

TEST(Origin, OwnPageAlone) {
  EXPECT_EQ(asked(with(from_page("DELETE"), {{"Origin", "http://127.0.0.1:7860"}}), Guard::Change), 200);
  for (const char* origin :
       {"http://evil.example", "null", "https://127.0.0.1:7860", "http://localhost:7860",
        "http://127.0.0.1:7861", "http://127.0.0.1", "", "http://127.0.0.1:7860.evil.example"})
    for (const Guard guard : {Guard::Open, Guard::Page, Guard::Read, Guard::Change})
      EXPECT_EQ(asked(with(from_page("GET"), {{"Origin", origin}}), guard), 403) << origin;
  EXPECT_EQ(
      asked(with(from_page("GET"), {{"Origin", "http://127.0.0.1:7860"}, {"Origin", "null"}}), Guard::Read),
      403);
}

TEST(Origin, SitesThatABrowserNames) {
  const auto sent = [](const char* site, Guard guard) {
    return status(check_origin(with(request(), {{"Sec-Fetch-Site", site}}), guard));
  };
  for (const Guard guard : {Guard::Open, Guard::Page, Guard::Read, Guard::Change}) {
    EXPECT_EQ(sent("same-origin", guard), 200);
    EXPECT_EQ(sent("none", guard), 200);
    // Another port of this machine is the same site.
    EXPECT_EQ(sent("same-site", guard), 403);
    EXPECT_EQ(sent("cross-site", guard), 403);
    EXPECT_EQ(sent("new-word", guard), 403);
  }
}

TEST(Origin, ALinkOnAnotherSiteMayOpenThePageAndNothingElse) {
  const Request link = with(
      request("GET", "/"),
      {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}});
  EXPECT_EQ(status(check_origin(link, Guard::Page)), 200);
  EXPECT_EQ(status(check_origin(link, Guard::Read)), 403);
  const Request frame =
      with(request("GET", "/"),
           {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "iframe"}});
  EXPECT_EQ(status(check_origin(frame, Guard::Page)), 403);
}

TEST(Caller, ReadsNeedCookieOrToken) {
  EXPECT_EQ(asked(request(), Guard::Open), 200);
  EXPECT_EQ(asked(request(), Guard::Page), 200);
  EXPECT_EQ(asked(request(), Guard::Read), 401);
  EXPECT_EQ(asked(with(request(), {{"Cookie", "skald_7860=" + kCookie}}), Guard::Read), 200);
  EXPECT_EQ(asked(with(request(), {{"Authorization", "Bearer skt_good"}}), Guard::Read), 200);
  for (const char* sent : {"Bearer skt_bad", "Bearer ", "Basic skt_good", "skt_good", ""})
    EXPECT_EQ(asked(with(request(), {{"Authorization", sent}}), Guard::Read), 401) << sent;
}

TEST(Caller, CookiesOfOthers) {
  for (const std::string& cookie :
       {std::string("skald_7861=") + kCookie, "xskald_7860=" + kCookie, std::string("skald_7860="),
        "skald_7860=" + kCookie.substr(1), "skald_7860=" + kCookie + "; skald_7860=" + kCookie,
        "skald_7860" + kCookie})
    EXPECT_EQ(asked(with(request(), {{"Cookie", cookie}}), Guard::Read), 401) << cookie;
}

TEST(Caller, ChangesNeedWhatThePageKnows) {
  EXPECT_EQ(asked(from_page("DELETE"), Guard::Change), 200);
  EXPECT_EQ(asked(with(request("DELETE"), {{"Authorization", "bearer skt_good"}}), Guard::Change), 200);
  EXPECT_EQ(asked(request("DELETE"), Guard::Change), 401);
  const Request cookie = with(request("DELETE"), {{"Cookie", "skald_7860=" + kCookie}});
  EXPECT_EQ(asked(cookie, Guard::Change), 403);
  EXPECT_EQ(asked(with(cookie, {{"X-Skald-CSRF", kCookie}}), Guard::Change), 403);
  EXPECT_EQ(asked(with(cookie, {{"X-Skald-CSRF", ""}}), Guard::Change), 403);
  EXPECT_EQ(asked(with(request("DELETE"), {{"X-Skald-CSRF", kCsrf}}), Guard::Change), 401);
}

TEST(Caller, AGateWithoutSecretsLetsNobodyIn) {
  Gate empty;
  empty.port = 7860;
  const Request blank = with(request("DELETE"), {{"Cookie", "skald_7860="}, {"X-Skald-CSRF", ""}});
  EXPECT_EQ(status(admit(blank, Guard::Change, empty)), 401);
}

TEST(Caller, ThePageIsForTheUserWhoRunsTheServer) {
  Gate own = gate();
  own.owner = 1000;
  Request page = request("GET", "/");
  const auto asked_by = [&](std::optional<unsigned> user) {
    page.peer_owner = [user] { return user; };
    return status(admit(page, Guard::Page, own));
  };
  EXPECT_EQ(asked_by(1000), 200);
  EXPECT_EQ(asked_by(0), 200);
  EXPECT_EQ(asked_by(std::nullopt), 200);
  EXPECT_EQ(asked_by(1001), 403);
}

TEST(Peer, StandsInTheKernelsTable) {
  constexpr std::string_view table =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 0100007F:1EB4 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0\n"
      "   1: 0100007F:1EB4 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0\n"
      "   2: 0200007F:C350 0100007F:1EB4 01 00000000:00000000 00:00000000 00000000  1002        0 3 1 0\n"
      "   3: 0100007F:C350 0100007F:1EB4 01 00000000:00000000 00:00000000 00000000  1001        0 4 1 0\n"
      "   4: 0100007F:C351 cut off";
  const Place server{"127.0.0.1", 7860};
  EXPECT_EQ(owner_in_table(table, {"127.0.0.1", 50000}, server), 1001U);
  EXPECT_EQ(owner_in_table(table, {"127.0.0.2", 50000}, server), 1002U);
  EXPECT_EQ(owner_in_table(table, {"127.0.0.1", 50001}, server), std::nullopt);
  EXPECT_EQ(owner_in_table("", {"127.0.0.1", 50000}, server), std::nullopt);
}

TEST(Body, JsonAndSmall) {
  const auto sent = [](std::vector<std::pair<std::string, std::string>> headers) {
    return asked(with(from_page("DELETE"), std::move(headers)), Guard::Change);
  };
  EXPECT_EQ(sent({{"Content-Length", "0"}}), 200);
  EXPECT_EQ(sent({{"Content-Length", "2"}, {"Content-Type", "application/json"}}), 200);
  EXPECT_EQ(sent({{"Content-Length", "2"}, {"Content-Type", "Application/JSON; charset=UTF-8"}}), 200);
  EXPECT_EQ(sent({{"Transfer-Encoding", "chunked"}, {"Content-Type", "application/json"}}), 200);
  for (const char* type :
       {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "",
        "application/jsonp", "text/plain; application/json", "application/json; charset=utf-7"})
    EXPECT_EQ(sent({{"Content-Length", "2"}, {"Content-Type", type}}), 415) << type;
  EXPECT_EQ(sent({{"Content-Length", "2"}}), 415);
  EXPECT_EQ(sent({{"Transfer-Encoding", "chunked"}}), 415);
  EXPECT_EQ(sent({{"Content-Length", "1048577"}, {"Content-Type", "application/json"}}), 413);
  for (const char* length : {"-1", "1e3", "2, 2", "99999999999999999999999", "0x10"})
    EXPECT_EQ(sent({{"Content-Length", length}, {"Content-Type", "application/json"}}), 400) << length;
}

TEST(Body, PiecesOfFilesAreBytes) {
  const auto sent = [](const char* type, const char* length) {
    return status(check_body(with(from_page("PUT"), {{"Content-Type", type}, {"Content-Length", length}}),
                             gate(), Body::Bytes));
  };
  EXPECT_EQ(sent("application/octet-stream", "8388608"), 200);
  EXPECT_EQ(sent("Application/Octet-Stream ", "1"), 200);
  EXPECT_EQ(sent("application/octet-stream", "8388609"), 413);
  EXPECT_EQ(sent("application/json", "2"), 415);
  EXPECT_EQ(sent("application/octet-stream; x", "2"), 415);
  EXPECT_EQ(sent("", "2"), 415);
}

TEST(Body, NothingComesWithARead) {
  const Request read =
      with(from_page("GET"), {{"Content-Length", "2"}, {"Content-Type", "application/json"}});
  EXPECT_EQ(asked(read, Guard::Read), 400);
}

}  // namespace
}  // namespace skald::api
