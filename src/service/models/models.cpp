#include "service/models/models.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <regex>
#include <set>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "formats/json.hpp"
#include "platform/process/worker_process.hpp"
#include "store/store.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

Result<Json> catalogue() {
  return read_json_file(data_folder() / "models.json");
}

std::vector<fs::path> sorted_files(const fs::path& path) {
  std::vector<fs::path> files;
  std::error_code error;
  if (fs::is_regular_file(path, error)) return {path};
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error))
    if (it->is_regular_file(error)) files.push_back(it->path());
  std::sort(files.begin(), files.end());
  return files;
}

std::uint64_t bytes_in(const fs::path& directory) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const fs::path& file : sorted_files(directory))
    if (const auto size = fs::file_size(file, error); !error) bytes += size;
  return bytes;
}

// Where add_model() puts its links.
fs::path added_model(std::string_view name) {
  return default_home() / "models" / name;
}

fs::path vocabulary_of(const fs::path& directory) {
  for (const char* name : {"vocabulary.json", "vocabulary.txt"})
    if (fs::exists(directory / name)) return directory / name;
  return {};
}

}  // namespace

std::vector<fs::path> model_folders() {
  std::vector<fs::path> folders;
  if (const char* named = std::getenv("SKALD_MODELS"); named != nullptr)
    for (const std::string& part : split(named, ':'))
      if (!part.empty()) folders.emplace_back(part);
  folders.push_back(default_home() / "models");
  folders.push_back(program_directory() / "../share/skald/models");
  folders.emplace_back(SKALD_DEFAULT_MODELS);
  return folders;
}

fs::path data_folder() {
  if (const char* named = std::getenv("SKALD_DATA"); named != nullptr && *named != 0) return named;
  const fs::path installed = program_directory() / "../share/skald/data";
  std::error_code error;
  return fs::is_directory(installed, error) ? installed : fs::path(SKALD_DEFAULT_DATA);
}

Result<std::vector<ModelEntry>> list_models() {
  const Json known = TRY(catalogue());
  std::vector<ModelEntry> entries;
  std::set<std::string> names;
  for (const Json& row : known.at("models")) {
    ModelEntry entry{get_or(row, "name", std::string()),
                     get_or(row, "kind", std::string()),
                     get_or(row, "licence", std::string()),
                     get_or(row, "about", std::string()),
                     {}};
    if (const auto found = find_model(entry.name)) entry.directory = *found;
    entry.has_hashes = row.contains("files");
    names.insert(entry.name);
    entries.push_back(std::move(entry));
  }
  std::error_code error;
  for (const fs::path& folder : model_folders())
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      const std::string name = it->path().filename().string();
      if (it->is_directory(error) && names.insert(name).second)
        entries.push_back({name, fs::exists(it->path() / "model.bin") ? "speech" : "other", "",
                           "added by you", it->path()});
    }
  for (ModelEntry& entry : entries) {
    if (entry.directory.empty()) continue;
    entry.bytes = bytes_in(entry.directory);
    entry.added = fs::is_symlink(added_model(entry.name), error);
  }
  return entries;
}

Result<fs::path> find_model(std::string_view name) {
  std::error_code error;
  for (const fs::path& folder : model_folders())
    if (!name.empty() && name.find('/') == std::string_view::npos && fs::is_directory(folder / name, error))
      return fs::absolute(folder / name, error)
          .lexically_normal();  // links stay: their name is the model's name
  return fail(ErrorCode::NotFound, "the model '" + std::string(name) + "' is not installed",
              "`skald models list` shows which are; `skald models add` adds one.");
}

Result<fs::path> find_speech_model(std::string_view name_or_path) {
  std::error_code error;
  fs::path directory = name_or_path;
  if (!fs::is_directory(directory, error)) {
    const auto whisper = find_model("whisper-" + std::string(name_or_path));  // "base" is enough
    directory = whisper ? *whisper : TRY(find_model(name_or_path));
  }
  for (const char* name : {"model.bin", "config.json"})
    if (!fs::is_regular_file(directory / name, error))
      return fail(ErrorCode::InvalidModel, "the model '" + directory.string() + "' lacks the file " + name);
  if (vocabulary_of(directory).empty())
    return fail(ErrorCode::InvalidModel,
                "the model '" + directory.string() + "' lacks the file vocabulary.json (or vocabulary.txt)");
  return fs::absolute(directory);
}

Result<std::vector<std::string>> model_languages(const fs::path& directory) {
  const std::string text = TRY(read_file(vocabulary_of(directory), 64 << 20));
  static const std::regex token(R"(<\|([a-z]{2,3})\|>)");
  std::vector<std::string> languages;
  for (std::sregex_iterator it(text.begin(), text.end(), token), end; it != end; ++it)
    languages.push_back((*it)[1]);
  std::sort(languages.begin(), languages.end());
  languages.erase(std::unique(languages.begin(), languages.end()), languages.end());
  if (languages.empty()) languages = {"en"};
  return languages;
}

Result<fs::path> add_model(const fs::path& directory, std::string name) {
  const fs::path source = TRY(find_speech_model(directory.string()));
  if (name.empty()) name = source.filename().string();
  if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos)
    return fail(ErrorCode::Usage, "'" + name + "' cannot be the name of a model",
                "Give a plain name with --name.");
  fs::path link = added_model(name);
  TRY_VOID(make_directories(link.parent_path()));
  std::error_code error;
  if (fs::exists(fs::symlink_status(link, error)))
    return fail(ErrorCode::Usage, "there is a model '" + name + "' already",
                "Give another name with --name.");
  fs::create_directory_symlink(source, link, error);
  if (error) return tl::unexpected(errno_error(error.value(), "cannot add", link.string()));
  return link;
}

Status remove_model(std::string_view name) {
  std::error_code error;
  const bool plain = !name.empty() && name.find('/') == std::string_view::npos;
  if (!plain || !fs::is_symlink(added_model(name), error))
    return fail(ErrorCode::NotFound, "the model '" + std::string(name) + "' was not added by you",
                "Only what `skald models add` made known can be taken out again.");
  fs::remove(added_model(name), error);
  if (error) return tl::unexpected(errno_error(error.value(), "cannot remove", added_model(name).string()));
  return {};
}

Result<std::vector<std::string>> verify_model(std::string_view name,
                                              const std::function<bool(double share)>& goes_on) {
  const fs::path directory = TRY(find_model(name));
  const Json known = TRY(catalogue());
  const double all = static_cast<double>(std::max<std::uint64_t>(1, bytes_in(directory)));
  double read = 0;
  const auto tell = [&](std::size_t bytes) {
    read += static_cast<double>(bytes);
    return goes_on(std::min(1.0, read / all));
  };
  std::vector<std::string> differences;
  for (const Json& row : known.at("models")) {
    if (get_or(row, "name", std::string()) != name || !row.contains("files")) continue;
    for (const auto& [file, wanted] : row.at("files").items()) {
      const auto found = sha256_file(directory / file, tell);
      if (!found && found.error().code == ErrorCode::Cancelled) return tl::unexpected(found.error());
      if (!found) {
        differences.push_back(found.error().message);
      } else if (*found != wanted.get<std::string>()) {
        differences.push_back((directory / file).string() + ": SHA-256 is " + *found + ", should be " +
                              wanted.get<std::string>());
      }
    }
    return differences;
  }
  return fail(ErrorCode::NotFound, "no SHA-256 is known for the model '" + std::string(name) + "'",
              "Only models in `skald models list` with a licence can be verified.");
}

Result<std::string> model_identity(Store& store, const fs::path& path) {
  Json parts = Json::array();
  for (const fs::path& file : sorted_files(path)) {
    struct stat info{};
    if (::stat(file.c_str(), &info) != 0)
      return tl::unexpected(errno_error(errno, "cannot read", file.string()));
    const std::string fact = "sha256:" + file.string() + ":" + std::to_string(info.st_size) + ":" +
                             std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec);
    auto hash = TRY(store.fact(fact));
    if (!hash) {
      hash = TRY(sha256_file(file));
      TRY_VOID(store.set_fact(fact, *hash));
    }
    parts.push_back({file.filename().string(), *hash});
  }
  if (parts.empty()) return fail(ErrorCode::InvalidModel, "no model files in '" + path.string() + "'");
  return sha256(to_line(parts));
}

}  // namespace skald
