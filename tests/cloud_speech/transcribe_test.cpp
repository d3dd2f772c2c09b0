// A recording through a service that behaves as the real ones do: refusals, limits, cuts, kills.
#include "engines/cloud_speech/transcribe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "base/files.hpp"
#include "engines/cloud_speech/pieces.hpp"
#include "formats/transcript.hpp"
#include "platform/wav/wav.hpp"
#include "support/folder.hpp"

namespace skald::cloud_speech {
namespace {

namespace fs = std::filesystem;

class Waits : public WaitClock {
 public:
  double now() override { return now_; }
  void wait(double seconds, const CancelToken&) override {
    now_ += seconds;
    waits.push_back(seconds);
  }
  std::vector<double> waits;

 private:
  double now_ = 0;
};

// Writes the number of samples where FLAC would be, which is all that the service below looks at.
Status note_length(const fs::path&, const std::vector<whisper::Piece>& stretches, const fs::path& target) {
  std::int64_t samples = 0;
  for (const auto& s : stretches) samples += s.length().value;
  return write_file_atomic(target, "samples=" + std::to_string(samples) + ";");
}

// Says "word" once a second of what it was sent.
http::HttpReply answer_to(const std::string& body) {
  const auto at = body.find("samples=");
  const double seconds = std::stod(body.substr(at + 8)) / kSampleRate;
  Json words = Json::array();
  std::string text;
  for (double t = 0.5; t + 0.3 < seconds; t += 1) {
    words.push_back({{"word", "word"}, {"start", t}, {"end", t + 0.3}});
    text += " word";
  }
  return {200, {}, Json{{"text", text}, {"language", "dutch"}, {"words", words}}.dump()};
}

class CloudSpeech : public testing::Test {
 protected:
  void SetUp() override {
    auto writer = WavWriter::create(folder_ / "audio.wav");
    ASSERT_TRUE(writer);
    std::vector<std::int16_t> samples(static_cast<std::size_t>(200 * kSampleRate));
    for (std::size_t i = 0; i < samples.size(); ++i)
      samples[i] = static_cast<std::int16_t>(1000 * std::sin(static_cast<double>(i) / 9));
    ASSERT_TRUE(writer->append(samples));
    ASSERT_TRUE(writer->finish());
    job_.service = {"groq", "http://127.0.0.1:9/v1", "gsk_canary", "whisper-large-v3"};
    job_.audio = folder_ / "audio.wav";
    job_.speech = {{{1}, {40}}, {{45}, {90}}, {{95.5}, {180}}};
    job_.languages = {"en", "nl"};
    job_.hotwords = "Zephrana, Quillon";
    job_.units = folder_ / "units";
    job_.output = folder_ / "output";
  }

  // `replies` come first, then proper answers.
  Status run(std::deque<http::HttpReply> replies = {}) {
    const auto send = [&, replies](const http::HttpRequest& request) mutable -> Result<http::HttpReply> {
      requests_.push_back(request);
      if (!replies.empty()) {
        const auto reply = replies.front();
        replies.pop_front();
        if (reply.status == 0) return fail(ErrorCode::Unavailable, "127.0.0.1 refused the connection");
        return reply;
      }
      if (largest_ > 0 && std::stod(request.body.substr(request.body.find("samples=") + 8)) > largest_)
        return http::HttpReply{413, {}, R"({"error":{"message":"Request Entity Too Large"}})"};
      return answer_to(request.body);
    };
    return transcribe(job_, {note_length, send, clock_, cancel_});
  }

  std::vector<Chunk> words() {
    const auto chunks = read_words(job_.output / "words.json");
    EXPECT_TRUE(chunks);
    return chunks ? *chunks : std::vector<Chunk>{};
  }

  TestFolder folder_;
  Job job_;
  Waits clock_;
  CancelToken cancel_;
  double largest_ = 0;
  std::vector<http::HttpRequest> requests_;
};

http::HttpReply failing(int status, const std::string& message, const std::string& retry_after = {}) {
  http::HttpReply reply{status, {}, Json{{"error", {{"message", message}, {"type", "error"}}}}.dump()};
  if (!retry_after.empty()) reply.headers.emplace_back("retry-after", retry_after);
  return reply;
}

TEST_F(CloudSpeech, WordsLieInSpeechAndInOrder) {
  ASSERT_TRUE(run());
  double latest = 0;
  std::size_t count = 0;
  for (const Chunk& chunk : words())
    for (const Word& word : chunk.words) {
      EXPECT_GE(word.span.start.value, latest);
      latest = word.span.start.value;
      const auto spoken = [&](const Span& span) {
        return span.start.value - 0.25 <= word.span.start.value &&
               word.span.end.value <= span.end.value + 0.25;
      };
      EXPECT_TRUE(std::any_of(job_.speech.begin(), job_.speech.end(), spoken)) << word.span.start.value;
      ++count;
    }
  EXPECT_NEAR(static_cast<double>(count), 39 + 45 + 84.5, 5);
  for (const auto& request : requests_) {
    EXPECT_EQ(request.key, "gsk_canary");
    EXPECT_EQ(request.body.find("gsk_canary"), std::string::npos);
    EXPECT_NE(request.body.find("Zephrana"), std::string::npos);
    EXPECT_EQ(request.body.find("name=\"language\""), std::string::npos);  // several: the service finds out
  }
}

TEST_F(CloudSpeech, OneLanguageIsTold) {
  job_.languages = {"nl"};
  ASSERT_TRUE(run());
  EXPECT_EQ(requests_.size(), 1U);  // 200 s go in one piece
  EXPECT_NE(requests_[0].body.find("name=\"language\"\r\n\r\nnl\r\n"), std::string::npos);
}

TEST_F(CloudSpeech, GoesOnWithTheMissingPieces) {
  ASSERT_TRUE(run());
  const auto whole = read_file(job_.output / "words.json");
  const std::size_t calls = requests_.size();
  ASSERT_GE(calls, 3U);
  fs::remove(job_.units / "unit_000001.json");
  requests_.clear();
  ASSERT_TRUE(run());
  EXPECT_EQ(requests_.size(), 1U);
  EXPECT_EQ(*read_file(job_.output / "words.json"), *whole);
}

TEST_F(CloudSpeech, WaitsAsLongAsItIsTold) {
  ASSERT_TRUE(run({failing(429, "Rate limit reached", "7"), failing(429, "Rate limit reached", "12")}));
  EXPECT_EQ(clock_.waits, (std::vector<double>{7.5, 12.5}));
}

TEST_F(CloudSpeech, TriesAgainAfterWhatPasses) {
  ASSERT_TRUE(run({failing(500, "oops"), failing(429, "slow down"), {0, {}, {}}}));
  EXPECT_EQ(clock_.waits, (std::vector<double>{2, 8, 32}));
}

TEST_F(CloudSpeech, GivesUpAfterABoundedNumberOfTries) {
  const auto done = run(std::deque<http::HttpReply>(50, failing(503, "over capacity")));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Unavailable);
  EXPECT_NE(done.error().message.find("over capacity"), std::string::npos);
  EXPECT_EQ(requests_.size(), 4U);
}

TEST_F(CloudSpeech, DoesNotWaitForTomorrow) {
  const auto done = run({failing(429, "Daily limit reached", "36000")});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(clock_.waits.empty());
}

TEST_F(CloudSpeech, CutsWhatIsTooLarge) {
  job_.languages = {"nl"};
  ASSERT_TRUE(run());
  std::size_t whole = 0;
  for (const Chunk& chunk : words()) whole += chunk.words.size();
  fs::remove_all(job_.units);
  largest_ = 60.0 * kSampleRate;
  ASSERT_TRUE(run());
  std::size_t cut = 0;
  for (const Chunk& chunk : words()) cut += chunk.words.size();
  EXPECT_NEAR(static_cast<double>(cut), static_cast<double>(whole), 4);
}

TEST_F(CloudSpeech, SaysWhenEvenSmallPiecesAreTooLarge) {
  largest_ = 1;
  const auto done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Unavailable);
}

TEST_F(CloudSpeech, AWrongKeyIsNotTriedTwiceAndNotShown) {
  const auto done = run({failing(401, "Invalid API Key gsk_canary provided")});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::InvalidConfig);
  EXPECT_EQ(describe(done.error()).find("gsk_canary"), std::string::npos);
  EXPECT_EQ(requests_.size(), 1U);
}

TEST_F(CloudSpeech, ACancelledRunKeepsWhatItHas) {
  ASSERT_TRUE(run());
  fs::remove(job_.units / "unit_000002.json");
  cancel_.cancel();
  requests_.clear();
  const auto done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Cancelled);
  EXPECT_TRUE(requests_.empty());
  EXPECT_TRUE(fs::exists(job_.units / "unit_000000.json"));
}

}  // namespace
}  // namespace skald::cloud_speech
