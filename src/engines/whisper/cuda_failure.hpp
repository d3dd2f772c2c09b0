// What CTranslate2 says when a card cannot be used, as errors with advice.
#pragma once
#include <string_view>

#include "base/result.hpp"

namespace skald::whisper {

/// `what`: text of an exception of CTranslate2 that was asked to compute on a card. OutOfMemory where the
/// card's memory did not suffice; else Unavailable, with what to install or to change.
Error cuda_failure(std::string_view what);

}  // namespace skald::whisper
