// Machines and models for tests of the plan.
#pragma once
#include "memory/shapes.hpp"
#include "pipeline/memory/devices.hpp"
#include "pipeline/memory/ladder.hpp"
#include "pipeline/memory/whisper_ladder.hpp"

namespace skald {

constexpr Reserves kReserves{kGibi / 2, kGibi / 2};

struct Gibibytes {
  double total = 0, free = 0;
};

inline Devices machine(Gibibytes card, Gibibytes host) {
  Devices devices;
  devices.host = {gibi(host.total), gibi(host.free), 0};
  if (card.total > 0)
    devices.gpus = {{"cuda:0", "card", gibi(card.total), gibi(card.free), {}}};
  else
    devices.no_gpu = "no NVIDIA driver is installed";
  return devices;
}

inline WhisperCandidate base_model() {
  return {"whisper-base", 145'217'532, whisper_shape(512, 6, 6, 51865, 80)};
}
inline WhisperCandidate turbo() {
  return {"large-v3-turbo", 1'617'884'929, whisper_shape(1280, 32, 4, 51866, 128)};
}
inline WhisperCandidate large_v3() {
  return {"large-v3", 3'087'284'237, whisper_shape(1280, 32, 32, 51866, 128)};
}

inline WhisperWish speech_wish(WhisperCandidate model) {
  WhisperWish wish;
  wish.model = std::move(model);
  return wish;
}

}  // namespace skald
