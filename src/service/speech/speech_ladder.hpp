// Transcription on this machine, and what is done when a card does not suffice or fails: named steps, each
// told in a line, down to the CPU.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/results.hpp"
#include "pipeline/memory/whisper_ladder.hpp"
#include "pipeline/ports.hpp"

namespace skald {

/// What the ladder stands on; tests put their own in.
struct SpeechPorts {
  /// Whether the whole result of this step is there already.
  std::function<bool(const WhisperStep&)> stored;
  /// Transcribes what is not yet. OutOfMemory and Unavailable of a card, or a worker that died on it, lead to
  /// the next step; all else ends the stage.
  std::function<Status(const WhisperStep&)> transcribe;
  std::function<void(std::string_view)> tell;  // one line a step
};

struct SpeechOutcome {
  WhisperStep used;
  std::optional<Fallback>
      fallback;  // where another model, device or precision than the wished one transcribed
};

/// `steps` of whisper_steps(), as the machine is now.
Result<SpeechOutcome> transcribe_in_steps(const std::vector<WhisperStep>& steps, const SpeechPorts& ports);

/// "whisper-base (float16, cuda:0)", "whisper-base (cpu)".
std::string step_name(const WhisperStep& step);

}  // namespace skald
