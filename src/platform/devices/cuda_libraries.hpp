// Where NVIDIA's cuBLAS lies, with which Whisper computes on a card: in the system, a CUDA folder, a Python
// package, or with Ollama.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skald {

/// The library that CTranslate2 asks for.
inline constexpr const char* kCublas = "libcublas.so.12";
/// What to do where it is missing.
inline constexpr std::string_view kCublasAdvice =
    "Install CUDA 12's cuBLAS: `pip install nvidia-cublas-cu12`, or your system's package; or use --device "
    "cpu.";
/// Its first half, without a full stop, for where the CPU is taken anyway or was ruled out.
inline constexpr std::string_view kInstallCublas = kCublasAdvice.substr(0, kCublasAdvice.find(';'));

/// Where to look; tests have a tree of their own.
struct LibraryPlaces {
  std::filesystem::path root = "/";
  std::string library_path;                     // LD_LIBRARY_PATH: folders with colons between them
  std::filesystem::path home, venv, cuda_home;  // HOME, VIRTUAL_ENV, CUDA_HOME; empty: not set
};
LibraryPlaces library_places();

/// The file of cuBLAS, unopened; empty where there is none.
std::filesystem::path find_cublas(const LibraryPlaces& places);

/// Opens cuBLAS for the life of the process, so that CTranslate2 finds it by its name. Unavailable, with what
/// to install, where it is not there or cannot be opened.
Result<std::filesystem::path> load_cublas();

}  // namespace skald
