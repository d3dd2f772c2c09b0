#include "service/settings/change.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "base/secrets.hpp"
#include "formats/env.hpp"
#include "service/settings/llm_services.hpp"
#include "store/store.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kLargestFile = 1 << 20;

// The files as they will be.
class Files {
 public:
  static Result<Files> read() {
    Files files;
    for (const fs::path& path : setting_files()) {
      std::error_code error;
      const bool there = fs::is_regular_file(path, error);
      // A link stays one: what it leads to is written.
      const fs::path target = there ? fs::canonical(path, error) : path;
      const auto same = [&](const File& file) { return file.path == target; };
      if (std::any_of(files.files_.begin(), files.files_.end(), same)) continue;
      files.files_.push_back({target, there ? TRY(read_file(target, kLargestFile)) : std::string(), false});
    }
    return files;
  }

  Status set(std::string_view name, const std::string& value) {
    File* file = &files_.back();
    for (auto each = files_.rbegin(); each != files_.rend(); ++each) {
      const EnvFile env = TRY(parse_env(each->text, each->path.string()));
      if (const std::string* held = env.find(name); held != nullptr && !held->empty()) file = &*each;
    }
    return put(*file, name, value);
  }

  Status take_out(std::string_view name) {
    for (File& file : files_) TRY_VOID(put(file, name, std::nullopt));
    return {};
  }

  Result<std::vector<fs::path>> write() const {
    std::vector<fs::path> written;
    for (const File& file : files_) {
      if (!file.changed) continue;
      TRY_VOID(write_file_atomic(file.path, file.text, Readers::OwnerOnly));
      written.push_back(file.path);
    }
    return written;
  }

 private:
  struct File {
    fs::path path;
    std::string text;
    bool changed = false;
  };

  static Status put(File& file, std::string_view name, const std::optional<std::string>& value) {
    std::string text = TRY(env_with(file.text, file.path.string(), name, value));
    file.changed = file.changed || text != file.text;
    file.text = std::move(text);
    return {};
  }

  std::vector<File> files_;
};

bool is_one_line(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](unsigned char c) { return c < ' ' || c == 127; });
}

Status check_change(const SettingInfo& setting, const std::string& value) {
  if (only_from_environment(setting))
    return fail(ErrorCode::Usage, std::string(setting.name) + " is read from the environment only",
                "Set it where `skald serve` is started.");
  if (!is_one_line(value) || !is_allowed(setting, value)) return not_allowed(setting);
  if (const auto kind = backend_kind(setting.name); kind && !value.empty())
    return check_backend(*kind, value);
  return {};
}

Status not_in_environment(const Settings& settings, std::string_view name) {
  const SettingValue* held = settings.find(name);
  if (held == nullptr || held->origin != "environment") return {};
  return fail(ErrorCode::Conflict, std::string(name) + " is set in the environment, which stands above files",
              "Take it out there first.");
}

// A key goes to its own host only: who may change the address, but never saw the key, must not get it so.
Result<std::string> key_of_address(const Settings& settings, const SettingInfo& setting,
                                   const std::string& value) {
  const auto service = std::find_if(kServiceKeys.begin(), kServiceKeys.end(),
                                    [&](const ServiceKey& row) { return row.address == setting.name; });
  if (service == kServiceKeys.end() || settings.text(service->key).empty()) return std::string();
  if ((value.empty() ? std::string(setting.built_in) : value) == settings.text(setting.name))
    return std::string();
  TRY_VOID(not_in_environment(settings, service->key));
  return std::string(service->key);
}

}  // namespace

Result<SettingChange> change_setting(std::string_view name, const std::string& value,
                                     const CancelToken& cancel) {
  const SettingInfo* setting = find_setting(name);
  if (setting == nullptr)
    return fail(ErrorCode::NotFound, "there is no setting of that name",
                "GET /api/v1/config lists all of them.");
  if (is_secret(name)) hide_secret(value);
  TRY_VOID(check_change(*setting, value));
  const FileLock lock = TRY(FileLock::lock(default_home() / "locks" / "settings", cancel));
  const Settings settings = TRY(Settings::load());
  TRY_VOID(not_in_environment(settings, name));
  SettingChange change;
  change.removed_key = TRY(key_of_address(settings, *setting, value));
  Files files = TRY(Files::read());
  TRY_VOID(value.empty() ? files.take_out(name) : files.set(name, value));
  if (!change.removed_key.empty()) TRY_VOID(files.take_out(change.removed_key));
  change.files = TRY(files.write());
  return change;
}

}  // namespace skald
