#include "platform/worker/units.hpp"

#include <cstdio>
#include <string>

namespace skald {

std::filesystem::path unit_file(const std::filesystem::path& folder, std::size_t index,
                                std::string_view ending) {
  char name[32];
  std::snprintf(name, sizeof name, "unit_%06zu", index);
  return folder / (std::string(name) += ending);
}

}  // namespace skald
