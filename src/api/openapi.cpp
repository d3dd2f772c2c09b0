// The description of the API, for people and for programs that make clients or tests of it.
#include <algorithm>
#include <array>
#include <string>

#include "api/routes.hpp"
#include "base/text.hpp"

namespace skald::api {
namespace {

Json path_id() {
  return {{"name", "id"},
          {"in", "path"},
          {"required", true},
          {"schema", {{"type", "integer"}, {"minimum", 0}, {"maximum", 999999999999999999}}},
          {"description", "As the list tells it"}};
}

bool is_number(std::string_view parameter) {
  constexpr std::array numbers = {"track", "offset", "speakers", "points"};
  return std::find(numbers.begin(), numbers.end(), parameter) != numbers.end();
}

Json query_parameter(std::string_view row) {
  const auto colon = row.find(':');
  const std::string_view name = row.substr(0, colon);
  return {{"name", name},
          {"in", "query"},
          {"required", false},
          {"schema", {{"type", is_number(name) ? "integer" : "string"}}},
          {"description", trim(row.substr(colon + 1))}};
}

Json error_answer(std::string_view when) {
  return {{"description", when},
          {"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}}};
}

std::string good_status(std::string_view operation) {
  if (operation == "beginUpload" || operation == "addJob" || operation == "addModel") return "201";
  return operation == "restart" || operation == "stop" ? "202" : "200";
}

Json responses(const Route& route) {
  const bool events = route.type == "text/event-stream";
  const Json schema =
      route.type == "application/json" ? Json({{"type", "object"}}) : Json({{"type", "string"}});
  const std::string good = good_status(route.operation);
  Json all = {{good, {{"description", route.summary}, {"content", {{route.type, {{"schema", schema}}}}}}}};
  if (route.type == "audio/wav") {
    all["206"] = {{"description", "The part that Range names"},
                  {"content", {{route.type, {{"schema", schema}}}}}};
    all["416"] = error_answer("The file ends before the part begins");
  }
  if (route.type == "audio/wav" || route.operation == "getTranscript")
    all["304"] = {{"description", "Unchanged since the ETag in If-None-Match"}};
  all["400"] = error_answer("The request is wrong");
  if (route.guard == Guard::Read || changes(route.guard))
    all["401"] = error_answer("Neither the cookie of the page nor a token was sent");
  all["403"] = error_answer("Sent from another site, to another name, or without X-Skald-CSRF");
  if (route.pattern.find("{id}") != std::string_view::npos)
    all["404"] = error_answer("There is no such thing");
  if (changes(route.guard)) {
    all["413"] = error_answer("The body is too large");
    all["415"] = error_answer("The body is of another type");
  }
  if (route.method == "POST" || route.method == "PATCH") {
    all["409"] = error_answer("Somebody else has changed it meanwhile, or the name is taken");
    all["422"] = error_answer("What the body says is wrong");
  }
  if (route.pattern.find("/uploads") != std::string_view::npos ||
      route.pattern.find("/jobs") != std::string_view::npos)
    for (const auto& [status, when] :
         {std::pair{"404", "There is no such upload, file or job"}, std::pair{"409", "Not in this state"},
          std::pair{"422", "The recording, party or setting cannot be used"},
          std::pair{"507", "The disk has no room"}})
      all[status] = error_answer(when);
  if (route.pattern.find("/models") != std::string_view::npos ||
      route.pattern.find("/config") != std::string_view::npos) {
    all["404"] = error_answer("There is no such model, folder or setting");
    all["409"] = error_answer("Something stands above it: the environment");
    all["422"] = error_answer("The value, or what the files hold, is wrong");
  }
  if (route.operation == "getPlan") {
    all["404"] = error_answer("There is no such backend, model or preset");
    all["422"] = error_answer("The settings are wrong");
  }
  if (events || route.operation == "getPlan" || route.operation == "getDoctor" ||
      route.operation == "getSupport" || route.operation == "verifyModel" || route.operation == "freeMemory")
    all["503"] = error_answer("Busy; try again");
  return all;
}

Json form_schema() {
  const Json text = {{"type", "string"}};
  return {{"type", "object"},
          {"required", {"file", "model"}},
          {"properties",
           {{"file", {{"type", "string"}, {"contentMediaType", "application/octet-stream"}}},
            {"model", text},
            {"language", text},
            {"prompt", text},
            {"response_format", text},
            {"timestamp_granularities[]", {{"type", "array"}, {"items", {{"enum", {"word", "segment"}}}}}},
            {"temperature", {{"type", "number"}, {"minimum", 0}, {"maximum", 1}}}}}};
}

Json request_body(const Route& route) {
  const auto body = [](std::string_view type, const Json& schema, bool required) -> Json {
    return {{"required", required}, {"content", {{type, {{"schema", schema}}}}}};
  };
  if (route.body == Body::Bytes) return body("application/octet-stream", Json::object(), true);
  if (route.body == Body::Form) return body("multipart/form-data", form_schema(), true);
  return body("application/json", {{"type", "object"}}, false);
}

Json operation(const Route& route) {
  Json row = {{"operationId", route.operation}, {"summary", route.summary}, {"parameters", Json::array()}};
  if (route.pattern.find("{id}") != std::string_view::npos) row["parameters"].push_back(path_id());
  for (const std::string_view parameter : route.parameters)
    if (!parameter.empty()) row["parameters"].push_back(query_parameter(parameter));
  if (route.method == "POST" || route.method == "PUT" || route.method == "PATCH")
    row["requestBody"] = request_body(route);
  row["responses"] = responses(route);
  row["security"] = Json::array();
  if (route.guard == Guard::Read)
    row["security"] = Json::array({{{"token", Json::array()}}, {{"cookie", Json::array()}}});
  if (changes(route.guard))
    row["security"] =
        Json::array({{{"token", Json::array()}}, {{"cookie", Json::array()}, {"csrf", Json::array()}}});
  return row;
}

Json components() {
  const Json text = {{"type", "string"}};
  const Json error = {
      {"type", "object"},
      {"required", {"code", "message", "advice", "retry"}},
      {"properties",
       {{"code", text}, {"message", text}, {"advice", text}, {"retry", {{"type", "boolean"}}}}}};
  return {{"schemas",
           {{"Error", {{"type", "object"}, {"required", {"error"}}, {"properties", {{"error", error}}}}}}},
          {"securitySchemes",
           {{"token", {{"type", "http"}, {"scheme", "bearer"}, {"description", "Of `skald tokens add`"}}},
            {"cookie",
             {{"type", "apiKey"},
              {"in", "cookie"},
              {"name", "skald_PORT"},
              {"description", "Set by the page at /; ends with the port of the server"}}},
            {"csrf",
             {{"type", "apiKey"},
              {"in", "header"},
              {"name", "X-Skald-CSRF"},
              {"description", "In the page's <meta name=\"skald-csrf\">"}}}}}};
}

}  // namespace

Json openapi(std::string_view version) {
  Json paths = Json::object();
  for (const Route& route : routes())
    paths[std::string(route.pattern)][ascii_lower(route.method)] = operation(route);
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "Skald"},
            {"version", version},
            {"description",
             "Sessions, transcripts and sound of this machine. Errors are JSON with a code, a message "
             "and an advice."},
            {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
          {"paths", std::move(paths)},
          {"components", components()}};
}

}  // namespace skald::api
