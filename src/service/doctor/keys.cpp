#include "service/doctor/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "engines/llm/pacer.hpp"
#include "formats/fields.hpp"
#include "platform/http/http.hpp"

namespace skald {
namespace {

using std::chrono::seconds;

struct Asked {
  std::string service, base_url, path, key, model;
  std::optional<KeyReport::Budget> today = {};
};

std::optional<KeyReport::Budget> budget_of(const std::string& service, const LlmServices& services,
                                           const std::filesystem::path& home) {
  const auto of = services.tokens_per_day(service);
  if (!of) return std::nullopt;
  const llm::TokenLedger ledger(llm::ledger_folder(home), service);
  return KeyReport::Budget{ledger.used(llm::Timing::real().day()), *of};
}

std::vector<Asked> services_to_ask(const Settings& settings, const std::filesystem::path& home) {
  const auto llm = llm_services(settings);
  std::vector<Asked> asked;
  for (const ServiceSettings& service : configured_services(llm))
    if (service.name != "ollama")
      asked.push_back({service.name, service.base_url, "models", service.key, service.model,
                       budget_of(service.name, llm, home)});
  if (const std::string token = settings.text("HF_TOKEN"); !token.empty())
    asked.push_back({"huggingface", settings.text("HF_ENDPOINT"), "api/whoami-v2", token, ""});
  return asked;
}

std::string_view key_setting(std::string_view service) {
  for (const ServiceKey& row : kServiceKeys)
    if (row.service == service) return row.key;
  return {};
}

// What the body of an error says, short and without secrets.
std::string reason_in(const http::HttpReply& reply) {
  constexpr std::size_t kLongest = 200;
  std::string text;
  if (const auto json = parse_outside_json(reply.body, "answer"); json && json->is_object()) {
    const Json error = json->contains("error") ? json->at("error") : *json;
    text = error.is_string() ? error.get<std::string>() : text_at(error, "message");
  }
  text = without_secrets(repair_utf8(text));
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  if (text.size() > kLongest) text = repair_utf8(text.substr(0, kLongest)) + " …";
  return fmt::format("HTTP {}{}", reply.status, text.empty() ? "" : ": " + text);
}

std::vector<std::string> model_names(const http::HttpReply& reply) {
  std::vector<std::string> names;
  const auto json = parse_outside_json(reply.body, "answer");
  if (!json || !json->is_object() || !json->contains("data") || !json->at("data").is_array()) return names;
  for (const Json& row : json->at("data"))
    if (std::string name = without_secrets(repair_utf8(text_at(row, "id"))); !name.empty())
      names.push_back(std::move(name));
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<KeyReport::Quota> quotas_in(const http::HttpReply& reply) {
  std::vector<KeyReport::Quota> quotas;
  for (const std::string of : {"requests", "tokens"}) {
    const auto value = [&](const std::string& what) {
      return without_secrets(repair_utf8(reply.header(fmt::format("x-ratelimit-{}-{}", what, of))));
    };
    if (KeyReport::Quota quota{of, value("remaining"), value("limit"), value("reset")}; !quota.left.empty())
      quotas.push_back(std::move(quota));
  }
  return quotas;
}

// A key that works is of no use for labels once the day's budget is spent.
void judge_budget(KeyReport& report) {
  if (report.health != Health::Ok || !report.today || report.today->left() > 0) return;
  report.health = Health::Warning;
  report.found += ", but today's budget of tokens is spent";
  report.advice =
      "Labels go on tomorrow (UTC) with --upgrade; or set LLM_DAILY_TOKENS to what your plan allows.";
}

void judge(KeyReport& report, const Asked& asked, const http::HttpReply& reply) {
  report.quotas = quotas_in(reply);
  if (reply.status == 401 || reply.status == 403) {
    report.health = Health::Error;
    report.found = "the key is not accepted (" + reason_in(reply) + ")";
    report.advice = "Make a new key at the service, and put it into .env.";
  } else if (reply.status == 429) {
    report.health = Health::Warning;
    report.found = "the key is known, but its quota is used up (" + reason_in(reply) + ")";
    const std::string after = without_secrets(repair_utf8(reply.header("retry-after")));
    report.advice = after.empty() ? "Try again later." : "Try again in " + after + " s.";
  } else if (reply.status < 200 || reply.status >= 300) {
    report.health = Health::Error;
    report.found = "answered with " + reason_in(reply);
    report.advice = "Check the address of the service, then try again.";
  } else {
    report.found = report.key.empty() ? "works without a key" : "works";
    report.models = asked.service == "huggingface" ? std::vector<std::string>() : model_names(reply);
    const bool known =
        asked.model.empty() || report.models.empty() ||
        std::find(report.models.begin(), report.models.end(), asked.model) != report.models.end();
    report.advice = "Nothing to do.";
    if (!known) {
      report.health = Health::Warning;
      report.found += ", but it does not list the model " + asked.model;
      report.advice = "Name one of its models in the settings.";
    }
  }
}

KeyReport ask(const Asked& asked, const CancelToken& cancel) {
  KeyReport report;
  report.service = asked.service;
  report.setting = key_setting(asked.service);
  report.host = http::shown(asked.base_url);
  report.today = asked.today;
  if (!asked.key.empty()) report.key = masked(asked.key);
  http::HttpRequest request;
  request.url = http::join(asked.base_url, asked.path);
  request.key = asked.key;
  request.timeouts = {seconds(10), seconds(20), seconds(30)};
  request.max_body = 4U << 20;
  const auto began = std::chrono::steady_clock::now();
  const auto reply = http::send(request, cancel);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (reply) {
    judge(report, asked, *reply);
    judge_budget(report);
  } else {
    report.health = Health::Error;
    report.found = without_secrets(reply.error().message);
    report.advice = advice(reply.error());
  }
  return report;
}

}  // namespace

std::vector<KeyReport> test_keys(const Settings& settings, const std::filesystem::path& home,
                                 const CancelToken& cancel, std::string_view only) {
  std::vector<KeyReport> reports;
  for (const Asked& asked : services_to_ask(settings, home)) {
    if (cancel.cancelled()) break;
    if (!only.empty() && key_setting(asked.service) != only) continue;
    reports.push_back(ask(asked, cancel));
  }
  return reports;
}

std::string keys_text(const std::vector<KeyReport>& reports) {
  if (reports.empty())
    return "No service is set up: Skald works on this machine alone. Keys go into .env, for example as "
           "GROQ_API_KEY=...\n";
  std::string text;
  for (const KeyReport& r : reports) {
    text += fmt::format("{:<8} {:<12} {:<12} {} ({:.0f} ms, {})\n{:<34} {}\n", to_string(r.health), r.service,
                        r.key, r.found, r.seconds * 1000, r.host, "", r.advice);
    for (const KeyReport::Quota& q : r.quotas)
      text += fmt::format("{:<34} {} left: {} of {}{}\n", "", q.of, q.left, q.limit.empty() ? "?" : q.limit,
                          q.reset.empty() ? "" : ", full again in " + q.reset);
    if (r.quotas.empty() && r.health == Health::Ok)
      text += fmt::format("{:<34} quota: not told by this service here\n", "");
    if (r.today)
      text += fmt::format("{:<34} tokens for labels today, as Skald counts: {} left of {}\n", "",
                          r.today->left(), r.today->of);
    std::string list;
    for (const std::string& model : r.models) list += (list.empty() ? "" : ", ") + model;
    if (!list.empty()) text += fmt::format("{:<34} models: {}\n", "", list);
  }
  return text;
}

Json keys_json(const std::vector<KeyReport>& reports) {
  Json rows = Json::array();
  for (const KeyReport& r : reports) {
    Json quotas = Json::array();
    for (const KeyReport::Quota& q : r.quotas)
      quotas.push_back({{"of", q.of}, {"left", q.left}, {"limit", q.limit}, {"reset", q.reset}});
    rows.push_back(
        {{"service", r.service},
         {"setting", r.setting},
         {"host", r.host},
         {"key", r.key},
         {"health", to_string(r.health)},
         {"found", r.found},
         {"advice", r.advice},
         {"seconds", r.seconds},
         {"models", r.models},
         {"quotas", quotas},
         {"today", r.today ? Json{{"used", r.today->used}, {"left", r.today->left()}, {"budget", r.today->of}}
                           : Json(nullptr)}});
  }
  return {{"services", rows}};
}

}  // namespace skald
