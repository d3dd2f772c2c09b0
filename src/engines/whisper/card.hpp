// The card that is to compute, and how.
#pragma once
#include <string>

namespace skald::whisper {

struct Card {
  int index = 0;                    // as the driver counts them, by their place on the bus
  std::string compute = "float16";  // or int8_float16, int8_float32, float32
};

}  // namespace skald::whisper
