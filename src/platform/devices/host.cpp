#include "platform/devices/host.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "base/files.hpp"
#include "base/text.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kLargest = 1 << 20;     // of these small files
constexpr std::uint64_t kNoLimit = 1ULL << 50;  // groups without a limit name a number near 2^63, or "max"

std::optional<std::uint64_t> number_in_text(std::string_view text) {
  std::uint64_t number = 0;
  text = trim(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> number_in_file(const fs::path& file) {
  const auto text = read_file(file, kLargest);
  return text ? number_in_text(*text) : std::nullopt;
}

// The number of a line "name 123" or "name: 123 kB".
std::optional<std::uint64_t> number_after(const std::string& text, std::string_view name) {
  for (const std::string& line : split(text, '\n'))
    if (line.starts_with(name)) return number_in_text(std::string_view(line).substr(name.size()));
  return std::nullopt;
}

struct GroupFiles {
  fs::path root;  // of the hierarchy
  std::string path;
  std::string_view limit, usage, reclaimable;
};

// "4:memory:/user" or, unified, "0::/user".
std::optional<GroupFiles> group_files(const fs::path& root) {
  const auto text = read_file(root / "proc/self/cgroup", kLargest);
  if (!text) return std::nullopt;
  std::optional<GroupFiles> unified;
  for (const std::string& line : split(*text, '\n')) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string kind = line.substr(first + 1, second - first - 1), path = line.substr(second + 1);
    if (kind.empty())
      unified = GroupFiles{root / "sys/fs/cgroup", path, "memory.max", "memory.current", "inactive_file "};
    const auto kinds = split(kind, ',');
    if (std::find(kinds.begin(), kinds.end(), "memory") != kinds.end())
      return GroupFiles{root / "sys/fs/cgroup/memory", path, "memory.limit_in_bytes", "memory.usage_in_bytes",
                        "total_inactive_file "};
  }
  return unified;
}

// The limits of the group and of all above it count. In a container the path may name a place that only the
// host sees; its own limit then stands at the top.
void apply_group(const GroupFiles& files, HostState& host) {
  fs::path inside = fs::path(files.path).relative_path().lexically_normal();
  for (;;) {
    const fs::path folder = inside.empty() || inside == "." ? files.root : files.root / inside;
    const auto limit = number_in_file(folder / files.limit);
    if (limit && *limit < kNoLimit) {
      std::uint64_t used = number_in_file(folder / files.usage).value_or(0);
      if (const auto stat = read_file(folder / "memory.stat", kLargest))
        used -= std::min(used, number_after(*stat, files.reclaimable).value_or(0));
      host.limit = host.limit == 0 ? *limit : std::min(host.limit, *limit);
      host.available = std::min(host.available, *limit - std::min(*limit, used));
    }
    if (inside.empty() || inside == ".") return;
    inside = inside.parent_path();
  }
}

}  // namespace

Result<HostState> read_host(const fs::path& root) {
  const std::string text = TRY(read_file(root / "proc/meminfo", kLargest));
  const auto total = number_after(text, "MemTotal:");
  auto available = number_after(text, "MemAvailable:");
  if (!available) {  // kernels before 3.14
    available = number_after(text, "MemFree:").value_or(0) + number_after(text, "Buffers:").value_or(0) +
                number_after(text, "Cached:").value_or(0);
  }
  if (!total) return fail(ErrorCode::Unavailable, "/proc/meminfo does not tell how much memory there is");
  HostState host{*total * 1024, *available * 1024, 0};
  if (const auto files = group_files(root)) apply_group(*files, host);
  return host;
}

}  // namespace skald
