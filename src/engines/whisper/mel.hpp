// Log-mel spectrogram as Whisper expects it (Radford et al. 2022): 25 ms Hann windows every 10 ms, Slaney mel
// bands.
#pragma once
#include <span>
#include <vector>

namespace skald::whisper {

inline constexpr int kHop = 160;            // samples between frames
inline constexpr int kWindow = 400;         // samples of one frame
inline constexpr int kWindowFrames = 3000;  // frames of the 30 s that the encoder sees

class LogMel {
 public:
  /// `bands`: 80 or 128, as the model was trained.
  explicit LogMel(int bands);
  int bands() const { return bands_; }
  /// Whole frames that `samples` samples give, at most 3000.
  static int frames(std::size_t samples);
  /// Fills `out` [bands x 3000], band by band, from at most 30 s at 16 kHz; what lies behind the audio is 0.
  void compute(std::span<const float> audio, std::span<float> out) const;

 private:
  struct Band {
    int first = 0;  // first frequency bin with weight
    std::vector<float> weights;
  };
  int bands_;
  std::vector<float> window_;
  std::vector<Band> filters_;
};

}  // namespace skald::whisper
