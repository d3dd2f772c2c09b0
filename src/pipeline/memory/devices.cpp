#include "pipeline/memory/devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"
#include "formats/fields.hpp"

namespace skald {

const GpuState* Devices::gpu(std::string_view id) const {
  const auto found = std::find_if(gpus.begin(), gpus.end(), [&](const GpuState& g) { return g.id == id; });
  return found == gpus.end() ? nullptr : &*found;
}

std::uint64_t held_by_ollama(const Devices& devices, const GpuState& card, std::uint64_t loaded) {
  if (devices.gpus.size() == 1) return loaded;
  std::uint64_t held = 0;
  for (const MemoryHolder& holder : card.holders)
    if (holder.name.starts_with("ollama")) held += holder.bytes;
  return std::min(held, loaded);
}

std::uint64_t less(std::uint64_t from, std::uint64_t what) {
  return from - std::min(from, what);
}

void DeviceProbe::taken(std::string_view, const MemoryHolder&) {}
void DeviceProbe::given_back(std::string_view, int) {}
void DeviceProbe::unloaded(std::string_view) {}

std::string memory_text(std::uint64_t bytes) {
  constexpr double mebi = 1024.0 * 1024.0;
  const double value = static_cast<double>(bytes);
  if (value >= 1000 * mebi) return fmt::format("{:.1f} GiB", value / (1024 * mebi));
  if (bytes == 0) return "0";
  return fmt::format("{:.0f} MiB", std::max(1.0, std::round(value / mebi)));
}

std::optional<std::uint64_t> parse_memory(std::string_view text) {
  struct Unit {
    std::string_view name;
    double bytes;
  };
  constexpr std::array<Unit, 11> units = {{{"", 1},
                                           {"b", 1},
                                           {"k", 1024},
                                           {"kib", 1024},
                                           {"kb", 1e3},
                                           {"m", 1048576},
                                           {"mib", 1048576},
                                           {"mb", 1e6},
                                           {"g", 1073741824},
                                           {"gib", 1073741824},
                                           {"gb", 1e9}}};
  const std::string lower = ascii_lower(trim(text));
  const std::size_t end = lower.find_first_not_of("0123456789.");
  const std::string digits = lower.substr(0, end);
  const std::string_view unit =
      end == std::string::npos ? std::string_view() : trim(std::string_view(lower).substr(end));
  const auto number = parse_number(digits);
  const auto found = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == unit; });
  if (!number || found == units.end() || *number < 0 || *number * found->bytes > 1e18) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(*number * found->bytes));
}

std::string holders_text(const std::vector<MemoryHolder>& holders) {
  std::vector<MemoryHolder> sorted = holders;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const MemoryHolder& a, const MemoryHolder& b) { return a.bytes > b.bytes; });
  std::string text;
  for (const MemoryHolder& holder : sorted) {
    if (!text.empty()) text += ", ";
    text += holder.pid > 0 ? fmt::format("{} (pid {})", holder.name, holder.pid) : holder.name;
    text += holder.bytes > 0 ? " holds " + memory_text(holder.bytes) : " holds some";
  }
  return text;
}

}  // namespace skald
