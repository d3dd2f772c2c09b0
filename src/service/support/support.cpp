#include "service/support/support.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <tuple>

#include "base/files.hpp"
#include "base/secrets.hpp"
#include "formats/export/zip_owner.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMostOfALog = 2'000'000;
constexpr std::uint64_t kMostOfLogs = 20'000'000;

using Archive = ZipOwned<zip_t>;

tl::unexpected<Error> zip_failed(const fs::path& zip, const char* why) {
  return fail(ErrorCode::Io, "cannot write '" + zip.string() + "': " + why, "Check the disk and the folder.");
}

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

Result<Archive> open_archive(const fs::path& file) {
  int error = 0;
  Archive archive(::zip_open(file.c_str(), ZIP_CREATE | ZIP_EXCL, &error));
  if (archive) return archive;
  zip_error_t what;
  ::zip_error_init_with_code(&what, error);
  const auto failed = zip_failed(file, ::zip_error_strerror(&what));
  ::zip_error_fini(&what);
  return failed;
}

Status fill(zip_t* archive, const std::vector<SupportPart>& parts, const fs::path& zip) {
  for (const SupportPart& part : parts) {
    zip_source_t* source = ::zip_source_buffer(archive, part.content.data(), part.content.size(), 0);
    if (source == nullptr) return zip_failed(zip, ::zip_strerror(archive));
    if (::zip_file_add(archive, part.name.c_str(), source, ZIP_FL_ENC_UTF_8) < 0) {
      ::zip_source_free(source);
      return zip_failed(zip, ::zip_strerror(archive));
    }
  }
  return {};
}

}  // namespace

std::vector<SupportPart> newest_logs(const fs::path& home) {
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  std::error_code error;
  for (fs::directory_iterator it(home / "logs", error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    // A link could lead to any file of the user.
    if (it->path().extension() == ".log" && !it->is_symlink(gone) && it->is_regular_file(gone))
      files.emplace_back(it->last_write_time(gone), it->path());
  }
  std::sort(files.rbegin(), files.rend());
  std::vector<SupportPart> parts;
  std::uint64_t left = kMostOfLogs;
  for (const auto& [time, file] : files) {
    if (left == 0) break;
    std::string text = tail_of(file, std::min(kMostOfALog, left));
    left -= std::min<std::uint64_t>(left, text.size());
    parts.push_back({"logs/" + file.filename().string(), std::move(text)});
  }
  return parts;
}

Status write_support(const fs::path& zip, const std::vector<SupportPart>& parts, Existing existing) {
  std::error_code error;
  if (existing == Existing::Refuse && fs::exists(fs::symlink_status(zip, error)))
    return fail(ErrorCode::Usage, "'" + zip.string() + "' is there already",
                "Name another file, or add --replace.");
  const fs::path folder = zip.has_parent_path() ? zip.parent_path() : fs::path(".");
  const fs::path partial =
      folder / ("." + zip.filename().string() + "." + std::to_string(::getpid()) + ".tmp");
  std::vector<SupportPart> clean;
  clean.reserve(parts.size());
  for (const SupportPart& part : parts)
    clean.push_back({without_secrets(part.name), without_secrets(part.content)});
  fs::remove(partial, error);
  Archive archive = TRY(open_archive(partial));
  TRY_VOID(fill(archive.get(), clean, zip));
  const mode_t before = ::umask(0077);
  const int closed = ::zip_close(archive.get());
  ::umask(before);
  if (closed != 0) return zip_failed(zip, ::zip_strerror(archive.get()));
  std::ignore = archive.release();  // closed: libzip has freed it
  Status status = {};
  if (existing == Existing::Refuse && ::link(partial.c_str(), zip.c_str()) == 0)
    fs::remove(partial, error);  // a file that appeared meanwhile would have made link() fail
  else if (existing == Existing::Refuse && errno == EEXIST)
    status = fail(ErrorCode::Usage, "'" + zip.string() + "' is there already", "Name another file.");
  else
    status = commit_file(partial, zip);
  if (!status) fs::remove(partial, error);
  return status;
}

}  // namespace skald
