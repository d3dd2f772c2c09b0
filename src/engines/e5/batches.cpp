#include "engines/e5/batches.hpp"

#include <algorithm>
#include <map>

namespace skald::e5 {
namespace {

constexpr std::size_t kStep = 8;           // lengths are rounded up to it, so that few shapes occur
constexpr std::size_t kBatchTokens = 128;  // rows x tokens of a shape, about
constexpr std::size_t kMostRows = 8;

}  // namespace

std::vector<Sequence> windows(std::size_t text, std::span<const int> ids, int begin, int end) {
  std::vector<Sequence> cut;
  do {
    const std::size_t count = std::min(ids.size(), kWindowTokens);
    Sequence sequence{text, {begin}};
    sequence.ids.insert(sequence.ids.end(), ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count));
    sequence.ids.push_back(end);
    cut.push_back(std::move(sequence));
    ids = ids.subspan(count);
  } while (!ids.empty() && cut.size() < kWindowsOfText);
  return cut;
}

std::vector<Batch> make_batches(const std::vector<Sequence>& sequences) {
  std::map<std::size_t, std::vector<std::size_t>> by_length;
  for (std::size_t i = 0; i < sequences.size(); ++i)
    by_length[(sequences[i].ids.size() + kStep - 1) / kStep * kStep].push_back(i);
  std::vector<Batch> batches;
  for (const auto& [tokens, members] : by_length) {
    const std::size_t rows = std::clamp<std::size_t>(kBatchTokens / tokens, 1, kMostRows);
    for (std::size_t first = 0; first < members.size(); first += rows) {
      const std::size_t count = std::min(rows, members.size() - first);
      const auto begin = members.begin() + static_cast<std::ptrdiff_t>(first);
      batches.push_back({rows, tokens, {begin, begin + static_cast<std::ptrdiff_t>(count)}});
    }
  }
  return batches;
}

}  // namespace skald::e5
