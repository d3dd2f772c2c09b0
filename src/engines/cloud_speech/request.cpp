#include "engines/cloud_speech/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "formats/json.hpp"

namespace skald::cloud_speech {
namespace {

constexpr int kMostTries = 8;
constexpr int kMostFailures = 4;          // without being told to wait
constexpr double kMostWaiting = 15 * 60;  // seconds, for one piece
constexpr std::size_t kLongestMessage = 200;
constexpr std::size_t kLongestPrompt = 800;  // characters; the model's prompt holds 224 tokens

// What the service says went wrong, short and without the key.
std::string told(const http::HttpReply& reply, const std::string& key) {
  std::string text;
  if (const auto json = parse_json(reply.body, "reply"); json && json->is_object() && json->contains("error"))
    text = get_or(json->at("error"), "message", std::string());
  if (text.empty()) text = "status " + std::to_string(reply.status);
  for (auto at = text.find(key); !key.empty() && at != std::string::npos; at = text.find(key))
    text.replace(at, key.size(), "...");
  text = repair_utf8(text);
  return text.size() > kLongestMessage ? text.substr(0, kLongestMessage) + "..." : text;
}

std::optional<double> seconds_of(std::string_view header) {
  double value = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), value);
  if (error != std::errc() || end == header.data() || value < 0) return std::nullopt;
  return value;
}

http::HttpRequest request_of(const Job& job, const std::string& flac) {
  Form form;
  form.boundary = "skald-" + sha256(flac).substr(0, 24);
  form.add("model", job.service.model);
  form.add("response_format", "verbose_json");
  form.add("temperature", "0");
  form.add("timestamp_granularities[]", "word");
  form.add("timestamp_granularities[]", "segment");
  if (job.languages.size() == 1) form.add("language", job.languages.front());
  if (!job.hotwords.empty()) form.add("prompt", job.hotwords.substr(0, kLongestPrompt));
  form.add_file("file", "piece.flac", "audio/flac", flac);
  form.close();
  http::HttpRequest request;
  request.method = "POST";
  request.url = http::join(job.service.base_url, "audio/transcriptions");
  request.headers = {{"Content-Type", "multipart/form-data; boundary=" + form.boundary}};
  request.key = job.service.key;
  request.body = std::move(form.body);
  return request;
}

// Waits between tries, and knows when enough is enough.
class Patience {
 public:
  Patience(const std::string& service, const Asking& with) : service_(service), with_(with) {}

  Status wait(std::optional<double> told_seconds, const std::string& why) {
    if (!told_seconds) ++failures_;
    const double seconds = told_seconds ? *told_seconds + 0.5 : 2.0 * (1 << (2 * (failures_ - 1)));
    waited_ += seconds;
    if (++tries_ >= kMostTries || failures_ >= kMostFailures || waited_ > kMostWaiting)
      return fail(ErrorCode::Unavailable,
                  service_ + ": " + why +
                      (told_seconds ? fmt::format(" (wait {:.0f} s)", *told_seconds) : std::string()));
    with_.note(fmt::format("{}: {}; trying again in {:.0f} s", service_, why, seconds));
    with_.clock.wait(seconds, with_.cancel);
    if (with_.cancel.cancelled()) return fail(ErrorCode::Cancelled, "cancelled");
    return {};
  }

 private:
  const std::string& service_;
  const Asking& with_;
  int tries_ = 0;
  int failures_ = 0;
  double waited_ = 0;
};

bool may_pass(int status) {
  return status == 408 || status == 429 || status == 498 || status >= 500;
}

}  // namespace

void Form::add(std::string_view name, std::string_view value) {
  body +=
      fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", boundary, name, value);
}

void Form::add_file(std::string_view name, std::string_view file, std::string_view type,
                    std::string_view content) {
  body += fmt::format(
      "--{}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
      boundary, name, file, type);
  body += content;
  body += "\r\n";
}

void Form::close() {
  body += "--" + boundary + "--\r\n";
}

Result<Answer> ask(const Job& job, const std::string& flac, const Asking& with) {
  const http::HttpRequest request = request_of(job, flac);
  const std::string& name = job.service.name;
  Patience patience(name, with);
  for (;;) {
    if (with.cancel.cancelled()) return fail(ErrorCode::Cancelled, "cancelled");
    const auto reply = with.send(request);
    if (!reply) {
      if (reply.error().code != ErrorCode::Unavailable) return tl::unexpected(reply.error());
      TRY_VOID(patience.wait(std::nullopt, reply.error().message));
      continue;
    }
    if (reply->status == 200) return Answer{false, reply->body};
    if (reply->status == 413) return Answer{true, {}};
    const std::string why = told(*reply, job.service.key);
    if (reply->status == 401 || reply->status == 403)
      return fail(ErrorCode::InvalidConfig, fmt::format("{} does not take the key ({})", name, why),
                  "Check the key with `skald keys test`.");
    if (!may_pass(reply->status)) return fail(ErrorCode::Unavailable, fmt::format("{}: {}", name, why));
    TRY_VOID(patience.wait(seconds_of(reply->header("retry-after")), why));
  }
}

}  // namespace skald::cloud_speech
