#include "platform/devices/cuda_libraries.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/files.hpp"
#include "base/text.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

// Folders below `parent` whose names begin so, the last one in order first: cuda-12.8 before cuda-12.4.
std::vector<fs::path> folders(const fs::path& parent, std::string_view begins) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(parent, error), end; !error && it != end; it.increment(error))
    if (it->path().filename().string().starts_with(begins)) found.push_back(it->path());
  std::sort(found.rbegin(), found.rend());
  return found;
}

class Places {
 public:
  explicit Places(const LibraryPlaces& places) : places_(places) {}

  std::vector<fs::path> all() {
    for (const std::string& folder : split(places_.library_path, ':'))
      if (!folder.empty()) found_.emplace_back(folder);
    system();
    cuda_folders();
    python();
    // Ollama brings a copy of its own.
    for (const char* parent : {"usr/local/lib/ollama", "usr/lib/ollama"})
      for (const fs::path& folder : folders(places_.root / parent, "cuda_v12")) found_.push_back(folder);
    return std::move(found_);
  }

 private:
  void system() {
    for (const fs::path& file : folders(places_.root / "etc/ld.so.conf.d", ""))
      for (const std::string& line : split(read_file(file, 1 << 20).value_or(std::string()), '\n'))
        if (line.starts_with('/')) found_.push_back(places_.root / fs::path(trim(line)).relative_path());
    for (const char* folder : {"usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/lib", "usr/local/lib"})
      found_.push_back(places_.root / folder);
  }

  void cuda_folders() {
    std::vector<fs::path> homes = folders(places_.root / "usr/local", "cuda");
    homes.push_back(places_.root / "opt/cuda");
    if (!places_.cuda_home.empty()) homes.insert(homes.begin(), places_.cuda_home);
    for (const fs::path& home : homes)
      for (const char* part : {"lib64", "targets/x86_64-linux/lib", "lib"}) found_.push_back(home / part);
  }

  void python() {
    std::vector<fs::path> parents = {places_.root / "usr/local/lib", places_.root / "usr/lib"};
    if (!places_.home.empty()) parents.insert(parents.begin(), places_.home / ".local/lib");
    if (!places_.venv.empty()) parents.insert(parents.begin(), places_.venv / "lib");
    for (const fs::path& parent : parents)
      for (const fs::path& version : folders(parent, "python3"))
        for (const char* packages : {"site-packages", "dist-packages"})
          found_.push_back(version / packages / "nvidia/cublas/lib");
  }

  const LibraryPlaces& places_;
  std::vector<fs::path> found_;
};

bool open_library(const fs::path& file) {
  return ::dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr;
}

}  // namespace

LibraryPlaces library_places() {
  std::string cuda = variable("CUDA_HOME");
  if (cuda.empty()) cuda = variable("CUDA_PATH");
  return {"/", variable("LD_LIBRARY_PATH"), variable("HOME"), variable("VIRTUAL_ENV"), cuda};
}

fs::path find_cublas(const LibraryPlaces& places) {
  std::error_code error;
  for (const fs::path& folder : Places(places).all())
    if (fs::is_regular_file(folder / kCublas, error)) return folder / kCublas;
  return {};
}

Result<fs::path> load_cublas() {
  if (open_library(kCublas)) return fs::path(kCublas);
  fs::path file = find_cublas(library_places());
  if (file.empty())
    return fail(ErrorCode::Unavailable,
                std::string("CUDA's cuBLAS library (") + kCublas + ") is not installed",
                std::string(kCublasAdvice));
  // Its other half lies beside it, where the loader does not look by itself.
  (void)open_library(file.parent_path() / "libcublasLt.so.12");
  if (!open_library(file)) {
    const char* why = ::dlerror();
    return fail(ErrorCode::Unavailable,
                "'" + file.string() + "' cannot be opened: " + (why ? why : "unknown"),
                std::string(kCublasAdvice));
  }
  return file;
}

}  // namespace skald
