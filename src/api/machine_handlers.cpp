// The server itself and the machine that it runs on: health, doctor, plan, logs, support file, events.
#include "api/handlers.hpp"
#include "base/text.hpp"
#include "service/doctor/examine.hpp"
#include "service/plan/plan_settings.hpp"
#include "service/support/collect.hpp"
#include "service/support/log_lines.hpp"
#include "service/support/support.hpp"
#include "store/store.hpp"

namespace skald::api {

Result<Reply> get_health(Context& context, const Call&) {
  return json_reply({{"status", "ok"}, {"version", context.version}});
}

Result<Reply> get_openapi(Context& context, const Call&) {
  return json_reply(openapi(context.version));
}

Result<Reply> get_doctor(Context& context, const Call&) {
  const auto alone = TRY(context.only_one());
  return json_reply(checks_json(examine_this_machine(context.cancel)));
}

Result<Reply> get_plan(Context& context, const Call& call) {
  const auto alone = TRY(context.only_one());
  Json asked = Json::object();
  for (const auto& [name, value] : call.request.query) {
    if (value.empty()) continue;
    const auto number = name == "speakers" ? whole_number(value) : std::nullopt;
    asked[name] = number ? Json(*number) : Json(value);
  }
  const RunWish wish = TRY(wish_from_json(asked));
  const Plan plan = TRY(plan_settings(wish, context.cancel));
  return json_reply(plan_json(plan));
}

Result<Reply> get_logs(Context&, const Call& call) {
  constexpr std::uint64_t most_lines = 2000;
  const std::string level = call.request.parameter("level");
  const LogLevel least = log_level_from(level.empty() ? "info" : level);
  if (!level.empty() && to_string(least) != ascii_lower(level))
    return fail(ErrorCode::Usage, "level must be debug, info, warning, error or critical",
                "Leave it out for info.");
  const std::string limit = call.request.parameter("limit");
  const auto most = limit.empty() ? std::optional<std::uint64_t>(200) : whole_number(limit);
  if (!most || *most < 1 || *most > most_lines)
    return fail(ErrorCode::Usage, "limit must be a number from 1 to " + std::to_string(most_lines));
  Json lines = Json::array();
  for (const LogLine& line : newest_lines(default_home(), least, static_cast<std::size_t>(*most)))
    lines.push_back(
        {{"time", line.time}, {"level", to_string(line.level)}, {"text", line.text}, {"file", line.file}});
  return json_reply({{"lines", std::move(lines)}, {"folder", (default_home() / "logs").string()}});
}

Result<Reply> get_support(Context& context, const Call&) {
  const auto alone = TRY(context.only_one());
  const Result<std::string> plan =
      plan_settings({}, context.cancel).map([](const Plan& made) { return plan_table(made); });
  return saved_reply("application/zip", "skald-support.zip",
                     TRY(support_zip(support_parts(context.version, plan, context.cancel))));
}

Result<Reply> get_events(Context& context, const Call& call) {
  Reply reply;
  reply.type = "text/event-stream";
  reply.body = TRY(context.events.follow(call.request.header("Last-Event-ID").value_or("")));
  return reply;
}

}  // namespace skald::api
