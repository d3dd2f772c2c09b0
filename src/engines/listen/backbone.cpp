#include "engines/listen/backbone.hpp"

#include <algorithm>
#include <utility>

namespace skald::listen {

Result<Backbone> Backbone::load(const std::filesystem::path& path) {
  const ResNet net = TRY(read_resnet(path));
  // The width of each picture has to be whole blocks of rows: the last one is a kStep-th of the bands.
  std::size_t step = 1;
  for (const ResidualBlock& block : net.blocks) step *= static_cast<std::size_t>(block.first.stride);
  if (step != kStep) {
    return fail(ErrorCode::InvalidModel, "the model file " + path.string() + " is of another kind");
  }
  return Backbone(net);
}

Backbone::Backbone(const ResNet& net, const ConvKernels& kernels) : kernels_(&kernels), stem_(net.stem) {
  static_assert(kBands / kStep % kRowBlock == 0);
  for (const ResidualBlock& from : net.blocks) {
    Block block{
        from.first.stride == 1 ? Step(TiledConvolution(from.first)) : Step(DirectConvolution(from.first)),
        TiledConvolution(from.second),
        {}};
    if (from.shortcut) block.shortcut.emplace_back(*from.shortcut);
    blocks_.push_back(std::move(block));
  }
}

std::vector<float> Backbone::run(std::span<const float> features, Scratch& scratch) const {
  auto& [map, inside, side, tiles] = scratch;
  side.reset(static_cast<int>(features.size() / kBands), static_cast<int>(kBands), 1);
  for (int y = 0; y < side.height(); ++y)
    std::copy_n(&features[static_cast<std::size_t>(y) * kBands], kBands, side.at(y, 0));
  stem_.apply(*kernels_, side, Ramp::On, map);
  for (const Block& block : blocks_) {
    if (const auto* direct = std::get_if<DirectConvolution>(&block.first)) {
      direct->apply(*kernels_, map, Ramp::On, inside);
    } else {
      const auto& tiled = std::get<TiledConvolution>(block.first);
      inside.reset(map.height(), map.width(), map.channels());
      tiled.apply(*kernels_, map, nullptr, inside, tiles);
    }
    if (!block.shortcut.empty()) {
      block.shortcut[0].apply(*kernels_, map, Ramp::Off, side);
      std::swap(map, side);
    }
    block.second.apply(*kernels_, inside, &map, map, tiles);
  }
  const auto width = static_cast<std::size_t>(map.width());
  const auto channels = static_cast<std::size_t>(map.channels());
  std::vector<float> frames(static_cast<std::size_t>(map.height()) * width * channels);
  float* to = frames.data();
  for (int y = 0; y < map.height(); ++y) {
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t x = 0; x < width; ++x) *to++ = map.at(y, static_cast<int>(x))[c];
  }
  return frames;
}

}  // namespace skald::listen
