#include "engines/whisper/cuda_failure.hpp"

#include <array>
#include <string>

#include "base/text.hpp"
#include "platform/devices/cuda_libraries.hpp"

namespace skald::whisper {
namespace {

struct Known {
  std::string_view part;  // of the message, in lower case
  ErrorCode code;
  std::string_view means;
  std::string_view advice;
};

constexpr std::string_view kEndOthers =
    "`skald doctor` shows who holds the card's memory; end that program, or use --device cpu.";
constexpr std::string_view kDriver =
    "Install or update the NVIDIA driver (`nvidia-smi` shows it), or use --device cpu.";

// cuBLAS says "not initialized" where the memory for its own work space is missing.
constexpr std::array<Known, 11> kKnown = {{
    {"out of memory", ErrorCode::OutOfMemory, "the card has not enough free memory", kEndOthers},
    {"cublas_status_alloc_failed", ErrorCode::OutOfMemory, "the card has not enough free memory", kEndOthers},
    {"cublas_status_not_initialized", ErrorCode::OutOfMemory, "the card has not enough free memory",
     kEndOthers},
    {"libcublas", ErrorCode::Unavailable, "CUDA's cuBLAS library is missing", kCublasAdvice},
    {"driver version is insufficient", ErrorCode::Unavailable, "there is no NVIDIA driver, or it is too old",
     kDriver},
    {"unsupported display driver", ErrorCode::Unavailable, "the NVIDIA driver does not fit the card",
     kDriver},
    {"no cuda-capable device", ErrorCode::Unavailable, "CUDA finds no card", kDriver},
    {"invalid device ordinal", ErrorCode::Unavailable, "CUDA does not find this card",
     "Check CUDA_VISIBLE_DEVICES, or use --device cpu."},
    {"no kernel image", ErrorCode::Unavailable, "this card is too old or too new for Skald",
     "Use --device cpu."},
    {"do not support efficient", ErrorCode::Unavailable, "this card does not compute at that precision",
     "Use --device cpu."},
    {"not compiled with cuda", ErrorCode::Unavailable, "this build has no CUDA", "Use --device cpu."},
}};

}  // namespace

Error cuda_failure(std::string_view what) {
  const std::string lower = ascii_lower(what);
  for (const Known& known : kKnown)
    if (lower.find(known.part) != std::string::npos)
      return {known.code, std::string(known.means) + " (" + std::string(what) + ")",
              std::string(known.advice)};
  return {ErrorCode::Unavailable, "the card failed (" + std::string(what) + ")",
          "Run the same command again; restart the machine if it happens each time, or use --device cpu."};
}

}  // namespace skald::whisper
