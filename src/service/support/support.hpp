// The support file: what helps others to help, in one ZIP, without secrets.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "formats/export/zip.hpp"

namespace skald {

/// The newest logs of a home, each with at most its last 2 MB, 20 MB together.
std::vector<ZipPart> newest_logs(const std::filesystem::path& home);

/// All parts, without secrets, as the bytes of a ZIP.
Result<std::string> support_zip(const std::vector<ZipPart>& parts);

enum class Existing { Refuse, Replace };

/// Writes support_zip(); the file appears whole, for its owner alone. Fails with Usage where it is there
/// already and may not be replaced.
Status write_support(const std::filesystem::path& zip, const std::vector<ZipPart>& parts, Existing existing);

}  // namespace skald
