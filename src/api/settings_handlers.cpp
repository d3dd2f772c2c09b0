// Settings, keys of services, and models.
#include "api/handlers.hpp"
#include "formats/fields.hpp"
#include "service/doctor/keys.hpp"
#include "service/models/models.hpp"
#include "service/settings/change.hpp"
#include "service/settings/shown.hpp"
#include "store/store.hpp"

namespace skald::api {
namespace {

Json model_json(const ModelEntry& model) {
  return {{"name", model.name},
          {"kind", model.kind},
          {"licence", model.licence},
          {"about", model.about},
          {"installed", !model.directory.empty()},
          {"bytes", model.bytes},
          {"added", model.added},
          {"has_hashes", model.has_hashes}};
}

Result<ModelEntry> model_named(std::string_view name) {
  for (ModelEntry& model : TRY(list_models()))
    if (model.name == name) return std::move(model);
  return fail(ErrorCode::NotFound, "there is no such model", "GET /api/v1/models lists all of them.");
}

Result<Json> config_json() {
  const Settings settings = TRY(Settings::load());
  return shown_json(shown_settings(settings), settings);
}

}  // namespace

Result<Reply> get_config(Context&, const Call&) {
  return json_reply(TRY(config_json()));
}

Result<Reply> put_config(Context& context, const Call& call) {
  const auto value = call.body.find("value");
  if (value == call.body.end() || !(value->is_string() || value->is_null()))
    return fail(ErrorCode::Usage, "'value' must be text, or null to take the setting out");
  const SettingChange change =
      TRY(change_setting(text_at(call.body, "name"), text_at(call.body, "value"), context.cancel));
  Json json = TRY(config_json());
  Json files = Json::array();
  for (const auto& file : change.files) files.push_back(file.string());
  json["written"] = std::move(files);
  json["removed_key"] = change.removed_key.empty() ? Json(nullptr) : Json(change.removed_key);
  return json_reply(json);
}

Result<Reply> post_keys_test(Context& context, const Call& call) {
  const Settings settings = TRY(Settings::load());
  return json_reply(
      keys_json(test_keys(settings, default_home(), context.cancel, text_at(call.body, "setting"))));
}

Result<Reply> get_models(Context&, const Call&) {
  Json list = Json::array();
  for (const ModelEntry& model : TRY(list_models())) list.push_back(model_json(model));
  return json_reply({{"models", std::move(list)}});
}

Result<Reply> post_model(Context&, const Call& call) {
  const std::filesystem::path folder = text_at(call.body, "folder");
  if (!folder.is_absolute() || folder.native().find('\0') != std::string::npos)
    return fail(ErrorCode::Usage, "'folder' must be the whole path of a model's folder, from / on");
  const auto added = TRY(add_model(folder, text_at(call.body, "name")));
  return json_reply(model_json(TRY(model_named(added.filename().string()))), 201);
}

Result<Reply> delete_model(Context&, const Call& call) {
  const std::string name = call.request.parameter("name");
  const ModelEntry model = TRY(model_named(name));
  TRY_VOID(remove_model(name));
  return json_reply({{"removed", model_json(model)}});
}

Result<Reply> post_model_verify(Context& context, const Call& call) {
  const std::string name = text_at(call.body, "name");
  const auto alone = TRY(context.only_one());
  int told = -1;
  const auto tell = [&](double share) {
    if (const int percent = static_cast<int>(share * 100); percent > told) {
      told = percent;
      context.events.publish("model.checked", {{"name", name}, {"share", percent / 100.0}});
    }
    return !context.cancel.cancelled();
  };
  const auto differences = TRY(verify_model(name, tell));
  return json_reply({{"name", name}, {"good", differences.empty()}, {"differences", differences}});
}

}  // namespace skald::api
