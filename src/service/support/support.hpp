// The support file: what helps others to help, in one ZIP, without secrets.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace skald {

struct SupportPart {
  std::string name;  // within the ZIP
  std::string content;
};

/// The newest logs of a home, each with at most its last 2 MB, 20 MB together.
std::vector<SupportPart> newest_logs(const std::filesystem::path& home);

enum class Existing { Refuse, Replace };

/// Writes all parts, without secrets; the file appears whole, for its owner alone. Fails with Usage where it
/// is there already and may not be replaced.
Status write_support(const std::filesystem::path& zip, const std::vector<SupportPart>& parts,
                     Existing existing);

}  // namespace skald
