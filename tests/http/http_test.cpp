// HTTP over loopback: replies, limits, failures, and where a request may go.
#include "platform/http/http.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "platform/http/address.hpp"
#include "support/loopback_server.hpp"

namespace {

using namespace skald;
using namespace skald::http;
using namespace std::chrono_literals;
using skald::testing::Answer;
using skald::testing::Heard;
using skald::testing::LoopbackServer;
using skald::testing::Manner;

const CancelToken kNever;

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

Answer text(int status, const std::string& body) {
  Answer answer;
  answer.status = status;
  answer.body = body;
  return answer;
}

Answer badly(Manner manner, const std::string& body = {}) {
  Answer answer = text(200, body);
  answer.manner = manner;
  return answer;
}

TEST(Http, SendsARequestAndReadsTheReply) {
  LoopbackServer server([](const Heard&) {
    Answer answer = text(201, "{\"ok\":true}");
    answer.headers = {{"Retry-After", " 7 "}, {"X-Twice", "a"}};
    return answer;
  });
  HttpRequest request = get(server.url() + "/api/chat?x=1");
  request.method = "POST";
  request.body = std::string("text with \0 in it", 17);
  request.headers = {{"Content-Type", "application/json"}};
  request.key = "gsk_secret";
  const auto reply = send(request, kNever);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 201);
  EXPECT_EQ(reply->body, "{\"ok\":true}");
  EXPECT_EQ(reply->header("retry-after"), "7");
  EXPECT_EQ(reply->header("nothing"), "");
  const Heard heard = server.heard().at(0);
  EXPECT_EQ(heard.method, "POST");
  EXPECT_EQ(heard.path, "/api/chat?x=1");
  EXPECT_EQ(heard.body, request.body);
  EXPECT_EQ(heard.headers.at("authorization"), "Bearer gsk_secret");
  EXPECT_EQ(heard.headers.at("content-type"), "application/json");
  EXPECT_EQ(heard.headers.count("expect"), 0U);
}

TEST(Http, KeepsAConnectionForTheNextRequest) {
  LoopbackServer server([](const Heard&) { return text(200, "x"); });
  Client client;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.exchange(get(server.url()), kNever));
  EXPECT_EQ(server.connections(), 1);
}

TEST(Http, EveryStatusIsAReply) {
  for (const int status : {400, 401, 404, 413, 429, 500, 503}) {
    LoopbackServer server([&](const Heard&) { return text(status, "no"); });
    const auto reply = send(get(server.url()), kNever);
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->status, status);
  }
}

TEST(Http, DoesNotFollowRedirects) {
  LoopbackServer other([](const Heard&) { return text(200, "stolen"); });
  LoopbackServer server([&](const Heard&) {
    Answer answer = text(307, "");
    answer.headers = {{"Location", other.url()}};
    return answer;
  });
  HttpRequest request = get(server.url());
  request.key = "gsk_secret";
  const auto reply = send(request, kNever);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 307);
  EXPECT_TRUE(other.heard().empty());
}

struct Bad {
  const char* name;
  Answer answer;
  Timeouts timeouts;
  Failure failure;
  const char* words;
};

class BadServers : public ::testing::TestWithParam<Bad> {};

TEST_P(BadServers, AreTold) {
  const Bad& bad = GetParam();
  LoopbackServer server([&](const Heard&) { return bad.answer; });
  HttpRequest request = get(server.url());
  request.timeouts = bad.timeouts;
  request.max_body = 1000;
  request.key = "gsk_secret";
  Client client;
  const auto reply = client.exchange(request, kNever);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().failure, bad.failure) << reply.error().message;
  EXPECT_NE(reply.error().message.find(bad.words), std::string::npos) << reply.error().message;
  EXPECT_EQ(reply.error().message.find("gsk_secret"), std::string::npos);
}

const std::string kLong(900, 'x');
INSTANTIATE_TEST_SUITE_P(
    Http, BadServers,
    ::testing::Values(
        Bad{"silent", badly(Manner::Silent), {1s, 200ms, 0ms}, Failure::TimedOut, "was silent for 0.2 s"},
        Bad{"slow", badly(Manner::Drip, kLong), {1s, 2s, 300ms}, Failure::TimedOut, "took longer than 0.3 s"},
        Bad{"cut_before", badly(Manner::CutBefore), {}, Failure::CutOff, "cut the connection"},
        Bad{"cut_inside", badly(Manner::CutInside, kLong), {}, Failure::CutOff, "cut the connection"},
        Bad{"large", text(200, std::string(1001, 'x')), {}, Failure::TooLarge, "more than 1000 bytes"}),
    [](const auto& tested) { return tested.param.name; });

TEST(Http, TellsWhenNothingListens) {
  const auto reply = send(get("http://127.0.0.1:" + std::to_string(skald::testing::unused_port())), kNever);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::Unavailable);
  EXPECT_NE(reply.error().message.find("nothing answers at http://127.0.0.1:"), std::string::npos);
}

TEST(Http, EndsWhenCancelled) {
  LoopbackServer server([](const Heard&) { return badly(Manner::Silent); });
  CancelToken cancel;
  std::thread other([&] {
    server.wait_for(1);
    cancel.cancel();
  });
  const auto reply = send(get(server.url()), cancel);
  other.join();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::Cancelled);
}

TEST(Http, RefusesAddressesOfTheLocalLinkAndOfMetadata) {
  for (const char* url :
       {"http://169.254.169.254/latest", "http://2852039166/", "http://0xa9.254.43518/",
        "http://0251.0376.0251.0376/", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:a9fe:a9fe]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::1]/",
        "http://[fd00:ec2::254]/", "http://100.100.100.200/", "http://metadata.google.internal/",
        "http://METADATA.google.internal./", "http://255.255.255.255/", "http://224.0.0.1/",
        "http://[ff02::1]/", "http://user@169.254.1.1:80/"}) {
    const auto reply = send(get(url), kNever);
    ASSERT_FALSE(reply) << url;
    EXPECT_EQ(reply.error().code, ErrorCode::InvalidConfig) << url << ": " << reply.error().message;
  }
}

TEST(Http, RefusesWhatIsNoHttp) {
  for (const char* url : {"", "file:///etc/passwd", "ftp://127.0.0.1/", "http://", "gopher://x",
                          "localhost:11434", "http://a b/"}) {
    const auto reply = send(get(url), kNever);
    ASSERT_FALSE(reply) << url;
    EXPECT_EQ(reply.error().code, ErrorCode::InvalidConfig) << url << ": " << reply.error().message;
  }
}

TEST(Http, ANameIsJudgedByTheAddressThatItLeadsTo) {
  LoopbackServer server([](const Heard&) { return text(200, "here"); });
  HttpRequest request = get("http://localhost:" + std::to_string(server.port()));
  request.address_policy = AddressPolicy::LoopbackOnly;
  EXPECT_TRUE(send(request, kNever));
  request.url = "http://192.0.2.1/";
  EXPECT_EQ(send(request, kNever).error().code, ErrorCode::InvalidConfig);
  const sockaddr_storage nothing{};
  EXPECT_EQ(judge(reinterpret_cast<const sockaddr*>(&nothing), sizeof nothing, AddressPolicy::Service),
            Allowed::No);
}

TEST(Http, AProxyOfTheEnvironmentIsUsedButNotForThisMachine) {
  LoopbackServer server([](const Heard&) { return text(200, "direct"); });
  LoopbackServer proxy([](const Heard& heard) { return text(200, "proxied " + heard.path); });
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  const auto near = send(get(server.url()), kNever);
  const auto far = send(get("http://ollama.example.invalid/api/tags"), kNever);
  const auto metadata = send(get("http://169.254.169.254/"), kNever);
  ::unsetenv("http_proxy");
  ASSERT_TRUE(near && far);
  EXPECT_EQ(near->body, "direct");
  EXPECT_EQ(far->body, "proxied http://ollama.example.invalid/api/tags");
  EXPECT_FALSE(metadata);
}

TEST(Http, ShowsAnAddressWithoutItsSecrets) {
  EXPECT_EQ(shown("https://user:pass@api.groq.com:8443/v1?key=x#y"), "https://api.groq.com:8443");
  EXPECT_EQ(shown("http://localhost:11434/api"), "http://localhost:11434");
  EXPECT_EQ(shown("nonsense"), "nonsense");
}

TEST(Http, KnowsThisMachine) {
  for (const char* url : {"http://localhost:11434", "http://127.0.0.1", "http://127.8.9.1/x",
                          "http://[::1]:1", "http://0.0.0.0:11434"})
    EXPECT_EQ(host_of(url), Host::ThisMachine) << url;
  for (const char* url :
       {"http://192.168.1.4:11434", "https://api.groq.com", "http://127.0.0.1.example.com", "x"})
    EXPECT_EQ(host_of(url), Host::Another) << url;
}

TEST(Http, JoinsAddresses) {
  EXPECT_EQ(join("http://a:1/v1/", "/models"), "http://a:1/v1/models");
  EXPECT_EQ(join("http://a:1/v1", "models"), "http://a:1/v1/models");
}

TEST(Http, HeadersCannotBeSplit) {
  LoopbackServer server([](const Heard&) { return text(200, ""); });
  HttpRequest request = get(server.url());
  request.key = "key\r\nX-Other: 1";
  ASSERT_TRUE(send(request, kNever));
  EXPECT_EQ(server.heard().at(0).headers.count("x-other"), 0U);
}

}  // namespace
