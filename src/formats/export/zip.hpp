// ZIP archives in memory (libzip).
#pragma once
#include <string>
#include <vector>

#include "base/result.hpp"

namespace skald {

struct ZipPart {
  std::string name;
  std::string content;
};

/// An archive with these files in this order, all of the same old date: equal parts give equal bytes.
Result<std::string> zip_archive(const std::vector<ZipPart>& parts);

}  // namespace skald
