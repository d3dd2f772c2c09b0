// The server itself and the machine that it runs on: health, models, settings, doctor, plan, events.
#include "api/handlers.hpp"
#include "base/text.hpp"
#include "service/doctor/examine.hpp"
#include "service/models/models.hpp"
#include "service/plan/plan_settings.hpp"
#include "service/settings/shown.hpp"

namespace skald::api {

Result<Reply> get_health(Context& context, const Call&) {
  return json_reply({{"status", "ok"}, {"version", context.version}});
}

Result<Reply> get_openapi(Context& context, const Call&) {
  return json_reply(openapi(context.version));
}

Result<Reply> get_models(Context&, const Call&) {
  Json list = Json::array();
  for (const ModelEntry& model : TRY(list_models()))
    list.push_back({{"name", model.name},
                    {"kind", model.kind},
                    {"licence", model.licence},
                    {"about", model.about},
                    {"installed", !model.directory.empty()}});
  return json_reply({{"models", std::move(list)}});
}

Result<Reply> get_config(Context&, const Call&) {
  const Settings settings = TRY(Settings::load());
  return json_reply(shown_json(shown_settings(settings), settings));
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

Result<Reply> get_events(Context& context, const Call& call) {
  Reply reply;
  reply.type = "text/event-stream";
  reply.body = TRY(context.events.follow(call.request.header("Last-Event-ID").value_or("")));
  return reply;
}

}  // namespace skald::api
