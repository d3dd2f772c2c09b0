#include "service/support/support.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "base/files.hpp"
#include "base/secrets.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMostOfALog = 2'000'000;
constexpr std::uint64_t kMostOfLogs = 20'000'000;

// The end of a file, from the beginning of a line on.
std::string tail_of(const fs::path& file, std::uint64_t most) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return {};
  const auto size = static_cast<std::uint64_t>(in.tellg());
  in.seekg(static_cast<std::streamoff>(size > most ? size - most : 0));
  std::string text(static_cast<std::size_t>(std::min(size, most)), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (size > most) text.erase(0, text.find('\n') == std::string::npos ? 0 : text.find('\n') + 1);
  return text;
}

}  // namespace

std::vector<ZipPart> newest_logs(const fs::path& home) {
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  std::error_code error;
  for (fs::directory_iterator it(home / "logs", error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    // A link could lead to any file of the user.
    if (it->path().extension() == ".log" && !it->is_symlink(gone) && it->is_regular_file(gone))
      files.emplace_back(it->last_write_time(gone), it->path());
  }
  std::sort(files.rbegin(), files.rend());
  std::vector<ZipPart> parts;
  std::uint64_t left = kMostOfLogs;
  for (const auto& [time, file] : files) {
    if (left == 0) break;
    std::string text = tail_of(file, std::min(kMostOfALog, left));
    left -= std::min<std::uint64_t>(left, text.size());
    parts.push_back({"logs/" + file.filename().string(), std::move(text)});
  }
  return parts;
}

Result<std::string> support_zip(const std::vector<ZipPart>& parts) {
  std::vector<ZipPart> clean;
  clean.reserve(parts.size());
  for (const ZipPart& part : parts)
    clean.push_back({without_secrets(part.name), without_secrets(part.content)});
  return zip_archive(clean);
}

Status write_support(const fs::path& zip, const std::vector<ZipPart>& parts, Existing existing) {
  const std::string bytes = TRY(support_zip(parts));
  if (existing == Existing::Replace) return write_file_atomic(zip, bytes, Readers::OwnerOnly);
  const fs::path folder = zip.has_parent_path() ? zip.parent_path() : fs::path(".");
  const fs::path whole = folder / ("." + zip.filename().string() + "." + std::to_string(::getpid()) + ".zip");
  TRY_VOID(write_file_atomic(whole, bytes, Readers::OwnerOnly));
  const int error = ::link(whole.c_str(), zip.c_str()) == 0 ? 0 : errno;  // fails where the name is taken
  std::error_code ignored;
  fs::remove(whole, ignored);
  if (error == EEXIST)
    return fail(ErrorCode::Usage, "'" + zip.string() + "' is there already",
                "Name another file, or add --replace.");
  if (error != 0) return tl::unexpected(errno_error(error, "cannot write", zip.string()));
  return {};
}

}  // namespace skald
