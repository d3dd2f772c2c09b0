#include "engines/listen/pooler.hpp"

#include <algorithm>
#include <set>

namespace skald::listen {

Pooler::Pooler(std::vector<Wanted> wanted) : wanted_(std::move(wanted)) {
  std::stable_sort(wanted_.begin(), wanted_.end(),
                   [](const Wanted& a, const Wanted& b) { return a.frames.front() < b.frames.front(); });
}

std::vector<Stretch> Pooler::stretches(std::size_t gap) const {
  std::set<std::size_t> frames;
  for (const Wanted& w : wanted_) frames.insert(w.frames.begin(), w.frames.end());
  std::vector<Stretch> stretches;
  for (const std::size_t frame : frames) {
    if (!stretches.empty() && frame - stretches.back().end < gap &&
        frame / kBlockFrames == stretches.back().first / kBlockFrames) {
      stretches.back().end = frame + 1;
    } else {
      stretches.push_back({frame, frame + 1});
    }
  }
  return stretches;
}

void Pooler::add(const Stretch& stretch, std::span<const float> frames, const Head& head,
                 const Store& store) {
  const auto [begin, end] = stretch;
  for (; next_ < wanted_.size() && wanted_[next_].frames.front() < end; ++next_) open_.push_back({next_, {}});
  for (Open& open : open_) {
    const auto& chosen = wanted_[open.index].frames;
    for (auto g = std::lower_bound(chosen.begin(), chosen.end(), begin); g != chosen.end() && *g < end; ++g) {
      open.statistics.add(frames.subspan((*g - begin) * kChannels, kChannels));
    }
  }
  finish(end, head, store);
}

void Pooler::finish(std::size_t frames_seen, const Head& head, const Store& store) {
  const auto complete = std::stable_partition(open_.begin(), open_.end(), [&](const Open& open) {
    return wanted_[open.index].frames.back() >= frames_seen;
  });
  const auto count = static_cast<std::size_t>(open_.end() - complete);
  std::vector<float> statistics(count * 2 * kChannels);
  for (std::size_t i = 0; i < count; ++i) {
    complete[static_cast<std::ptrdiff_t>(i)].statistics.write(
        std::span(statistics).subspan(i * 2 * kChannels, 2 * kChannels));
  }
  const auto embeddings = head.apply(statistics);
  for (std::size_t i = 0; i < count; ++i) {
    store(wanted_[complete[static_cast<std::ptrdiff_t>(i)].index].id,
          std::span(embeddings).subspan(i * kDimension, kDimension));
  }
  open_.erase(complete, open_.end());
}

}  // namespace skald::listen
