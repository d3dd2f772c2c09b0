// Spans and turns in the worker's result files.
#pragma once
#include <span>

#include "domain/types.hpp"
#include "formats/json.hpp"

namespace skald::listen {

Seconds total_length(std::span<const Span> spans);
/// [[start, end], ...], to the millisecond.
Json spans_to_json(std::span<const Span> spans);
/// [{"start", "end", "speaker"}, ...], to the millisecond.
Json turns_to_json(std::span<const Turn> turns);

}  // namespace skald::listen
