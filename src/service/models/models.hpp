// Which models there are, where they lie, and whether their files are what they should be.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace skald {

class Store;

struct ModelEntry {
  std::string name;
  std::string kind;  // speech, speakers, text
  std::string licence;
  std::string about;
  std::filesystem::path directory;  // empty: not installed
  std::uint64_t bytes = 0;          // of its files
  bool added = false;               // by add_model()
  bool has_hashes = false;          // verify_model() can compare it
};

/// Folders that may hold models, first match wins: $SKALD_MODELS, Skald's home, beside the program, where
/// set-up staged them.
std::vector<std::filesystem::path> model_folders();
/// Folder of the data that Skald ships (trained head, list of models).
std::filesystem::path data_folder();

/// Known models and whatever else lies in the model folders.
Result<std::vector<ModelEntry>> list_models();
/// The directory of a model by name, or the path itself where it is one. Checks that the files of a speech
/// model are there.
Result<std::filesystem::path> find_model(std::string_view name);
Result<std::filesystem::path> find_speech_model(std::string_view name_or_path);
/// Languages that a speech model knows ("en", "nl", ...), from its vocabulary.
Result<std::vector<std::string>> model_languages(const std::filesystem::path& directory);

/// Makes a directory known under a name.
Result<std::filesystem::path> add_model(const std::filesystem::path& directory, std::string name);
/// Forgets a model that add_model() made known; its files stay. NotFound for any other one.
Status remove_model(std::string_view name);
/// Compares the files with the SHA-256 in the list of models. Returns a line per file that differs; empty:
/// all well. `goes_on` hears which share of all bytes was read; false ends it, with Cancelled.
Result<std::vector<std::string>> verify_model(
    std::string_view name, const std::function<bool(double share)>& goes_on = [](double) { return true; });

/// One hash over all files of a model. Remembered by path, size and time, so that large models are read once.
Result<std::string> model_identity(Store& store, const std::filesystem::path& path);

}  // namespace skald
