#include "api/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/secrets.hpp"
#include "base/text.hpp"

namespace skald::api {

std::vector<std::string_view> Request::all(std::string_view name) const {
  const std::string wanted = ascii_lower(name);
  std::vector<std::string_view> values;
  for (const auto& [header, value] : headers)
    if (ascii_lower(header) == wanted) values.emplace_back(value);
  return values;
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  const auto values = all(name);
  if (values.size() != 1) return std::nullopt;
  return values.front();
}

std::string Request::parameter(std::string_view name) const {
  const auto found = std::find_if(query.begin(), query.end(), [&](const auto& p) { return p.first == name; });
  return found == query.end() ? std::string() : found->second;
}

Reply json_reply(const Json& json, int status) {
  Reply reply;
  reply.status = status;
  reply.body = without_secrets(to_line(json)) + '\n';
  return reply;
}

namespace {

// RFC 6266: the name in ASCII for old clients, and as it is.
std::string save_as(const std::string& name) {
  std::string plain, encoded;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || c == '.';
    plain += safe ? c : '_';
    encoded += safe ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

struct Row {
  RefusalCode code;
  std::string_view name;
  int http_status;
  std::string_view advice;
};

constexpr std::array kRows = {
#define SKALD_REFUSAL(code, http_status, advice) Row{RefusalCode::code, #code, http_status, advice},
#include "api/refusal.def"
#undef SKALD_REFUSAL
};

const Row& row(RefusalCode code) {
  return kRows[static_cast<std::size_t>(code)];
}

Json error_json(std::string_view code, const std::string& message, std::string_view what_to_do, Retry retry) {
  return {{"error",
           {{"code", code}, {"message", message}, {"advice", what_to_do}, {"retry", retry == Retry::Yes}}}};
}

}  // namespace

Reply saved_reply(std::string type, const std::string& name, std::string content) {
  Reply reply;
  reply.type = std::move(type);
  reply.headers.emplace_back("Content-Disposition", save_as(name));
  reply.body = std::move(content);
  return reply;
}

tl::unexpected<Refusal> refuse(RefusalCode code, std::string message) {
  return tl::unexpected(Refusal{code, std::move(message)});
}

int http_status(RefusalCode code) {
  return row(code).http_status;
}

std::string_view name(RefusalCode code) {
  return row(code).name;
}

std::string_view advice(RefusalCode code) {
  return row(code).advice;
}

RefusalCode refusal_of_status(int http_status) {
  const auto found =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.http_status == http_status; });
  return found == kRows.end() ? RefusalCode::BadRequest : found->code;
}

Reply error_reply(const Error& error, const Json& more) {
  Json json = error_json(name(error.code), error.message, advice(error), can_retry(error.code));
  json.update(more);
  return json_reply(json, http_status(error.code));
}

Reply error_reply(const Refusal& refusal) {
  Reply reply = json_reply(error_json(name(refusal.code), refusal.message, advice(refusal.code), Retry::No),
                           http_status(refusal.code));
  if (refusal.code == RefusalCode::Unauthorized) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  return reply;
}

}  // namespace skald::api
