// Diarization error rate.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/types.hpp"

namespace skald {

struct DerOptions {
  /// Seconds left out around each border of a reference turn, half of it on either side (as pyannote.metrics
  /// counts; NIST's collar of 0.25 is 0.5 here).
  double collar = 0;
  /// The stretches that count; nothing: from the first to the last border of both sides.
  std::optional<std::vector<Span>> scored;
};

/// Seconds of speech, weighted by the number of speakers.
struct DiarizationErrors {
  double total = 0;  // of the reference
  double missed = 0;
  double false_alarm = 0;
  double confusion = 0;
  struct Pair {
    std::string reference, hypothesis;
    double seconds = 0;  // in which both speak
  };
  std::vector<Pair> pairs;                  // only of speakers who share speech
  std::map<std::string, double> reference;  // seconds scored of each reference speaker

  double errors() const { return missed + false_alarm + confusion; }
  double rate() const;
};

/// DER with the best one-to-one pairing of speakers; overlapping speech of several people counts for each, a
/// person's own overlapping turns count once. Equal to pyannote.metrics' DiarizationErrorRate on the support
/// of both annotations.
DiarizationErrors diarization_errors(const std::vector<Turn>& reference, const std::vector<Turn>& hypothesis,
                                     const DerOptions& options = {});

/// The parts of `within` that no span of `holes` covers, sorted and joined.
std::vector<Span> without(const std::vector<Span>& within, const std::vector<Span>& holes);

}  // namespace skald
