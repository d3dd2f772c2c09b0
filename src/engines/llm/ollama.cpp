#include "engines/llm/ollama.hpp"

#include <algorithm>

#include "formats/fields.hpp"

namespace skald::llm {
namespace {

constexpr double kGoneWithin = 5;  // seconds
constexpr double kLookEvery = 0.25;

const CancelToken& never() {
  static const CancelToken token;
  return token;
}

std::uint64_t size_at(const Json& row, std::string_view key) {
  const auto number = number_at(row, key);
  return number && *number > 0 && *number < 1e18 ? static_cast<std::uint64_t>(*number) : 0;
}

Result<std::vector<Json>> rows(const Json& json, const std::string& where) {
  const auto list = json.find("models");
  if (list == json.end() || (!list->is_array() && !list->is_null()))
    return fail(ErrorCode::Unavailable, where + " does not answer as Ollama does");
  std::vector<Json> found;
  for (const Json& row : *list)
    if (row.is_object()) found.push_back(row);
  return found;
}

}  // namespace

Ollama::Ollama(std::string base_url, const CancelToken* cancel, Timing timing)
    : base_url_(std::move(base_url)),
      cancel_(cancel != nullptr ? cancel : &never()),
      timing_(std::move(timing)) {}

Result<Json> Ollama::ask(std::string_view method, std::string_view path, const Json& body) {
  http::HttpRequest request;
  request.method = method;
  request.url = http::join(base_url_, path);
  if (!body.is_null()) {
    request.headers = {{"Content-Type", "application/json"}};
    request.body = to_line(body);
  }
  request.timeouts = {std::chrono::seconds(5), std::chrono::seconds(30), std::chrono::seconds(60)};
  const auto reply = client_.exchange(request, *cancel_);
  if (!reply) return tl::unexpected(http::to_error(reply.error()));
  if (reply->status != 200) {
    LlmError error = judge_failure(reply->status, reply->body, reply->header("retry-after"));
    error.message = http::shown(base_url_) + " answers " + error.message;
    return tl::unexpected(to_error(error));
  }
  auto json = parse_outside_json(reply->body, http::shown(base_url_));
  if (!json || !json->is_object())
    return fail(ErrorCode::Unavailable, http::shown(base_url_) + " does not answer as Ollama does");
  return std::move(*json);
}

Result<std::string> Ollama::version() {
  const Json json = TRY(ask("GET", "/api/version", nullptr));
  std::string version = text_at(json, "version");
  if (version.empty())
    return fail(ErrorCode::Unavailable, http::shown(base_url_) + " does not answer as Ollama does");
  return version;
}

Result<std::vector<OllamaModel>> Ollama::models() {
  const Json json = TRY(ask("GET", "/api/tags", nullptr));
  std::vector<OllamaModel> models;
  for (const Json& row : TRY(rows(json, http::shown(base_url_)))) {
    OllamaModel model{text_at(row, "name"), size_at(row, "size"), text_at(row, "digest"), {}, {}};
    if (const auto details = row.find("details"); details != row.end()) {
      model.parameters = text_at(*details, "parameter_size");
      model.quantization = text_at(*details, "quantization_level");
    }
    models.push_back(std::move(model));
  }
  return models;
}

Result<Json> Ollama::show(const std::string& model) {
  return ask("POST", "/api/show", {{"model", model}});
}

Result<std::vector<HostedModel>> Ollama::installed() {
  std::vector<HostedModel> hosted;
  for (const OllamaModel& model : TRY(models())) hosted.push_back({model.name, model.size, 0});
  return hosted;
}

Result<std::vector<HostedModel>> Ollama::loaded() {
  const Json json = TRY(ask("GET", "/api/ps", nullptr));
  std::vector<HostedModel> hosted;
  for (const Json& row : TRY(rows(json, http::shown(base_url_))))
    hosted.push_back({text_at(row, "name"), size_at(row, "size"), size_at(row, "size_vram")});
  return hosted;
}

Result<LlmShape> Ollama::shape(const std::string& model) {
  std::uint64_t size = 0;
  for (const OllamaModel& row : TRY(models()))
    if (same_model(row.name, model)) size = row.size;
  return shape_from_show(TRY(show(model)), size);
}

Result<Unloaded> Ollama::unload(const std::string& model) {
  TRY_VOID(ask("POST", "/api/generate", {{"model", model}, {"keep_alive", 0}, {"stream", false}}));
  const double started = timing_.now();
  while (true) {
    const auto there = TRY(loaded());
    if (std::none_of(there.begin(), there.end(),
                     [&](const HostedModel& row) { return same_model(row.name, model); }))
      return Unloaded::Yes;
    if (timing_.now() - started >= kGoneWithin) return Unloaded::StillThere;
    timing_.wait(kLookEvery, *cancel_);
    if (cancel_->cancelled()) return fail(ErrorCode::Cancelled, "stopped while a model was being unloaded");
  }
}

HostPlace Ollama::place() const {
  return http::host_of(base_url_) == http::Host::ThisMachine ? HostPlace::ThisMachine : HostPlace::Elsewhere;
}

}  // namespace skald::llm
