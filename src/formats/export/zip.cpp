#include "formats/export/zip.hpp"

#include <tuple>

#include "formats/export/zip_owner.hpp"

namespace skald {
namespace {

using Archive = ZipOwned<zip_t>;
using Source = ZipOwned<zip_source_t>;

constexpr zip_uint16_t kOldDate = (1 << 5) | 1;  // 1 January 1980, the first that the format knows

tl::unexpected<Error> failed(const char* why) {
  return fail(ErrorCode::Internal, std::string("cannot make a ZIP archive: ") + why);
}

Status add(zip_t* archive, const ZipPart& part) {
  zip_source_t* content = ::zip_source_buffer(archive, part.content.data(), part.content.size(), 0);
  if (content == nullptr) return failed(::zip_strerror(archive));
  const zip_int64_t place = ::zip_file_add(archive, part.name.c_str(), content, ZIP_FL_ENC_UTF_8);
  if (place < 0) {
    ::zip_source_free(content);
    return failed(::zip_strerror(archive));
  }
  if (::zip_file_set_dostime(archive, static_cast<zip_uint64_t>(place), 0, kOldDate, 0) != 0)
    return failed(::zip_strerror(archive));
  return {};
}

Result<std::string> bytes_of(zip_source_t* source) {
  zip_stat_t info;
  if (::zip_source_stat(source, &info) != 0 || ::zip_source_open(source) != 0)
    return failed("it cannot be read");
  std::string bytes(info.size, '\0');
  const zip_int64_t read = ::zip_source_read(source, bytes.data(), bytes.size());
  ::zip_source_close(source);
  if (read != static_cast<zip_int64_t>(bytes.size())) return failed("it cannot be read");
  return bytes;
}

}  // namespace

Result<std::string> zip_archive(const std::vector<ZipPart>& parts) {
  zip_error_t error;
  ::zip_error_init(&error);
  const Source source(::zip_source_buffer_create(nullptr, 0, 0, &error));
  Archive archive(source ? ::zip_open_from_source(source.get(), ZIP_TRUNCATE, &error) : nullptr);
  if (!archive) {
    const auto wrong = failed(::zip_error_strerror(&error));
    ::zip_error_fini(&error);
    return wrong;
  }
  ::zip_source_keep(source.get());  // closing the archive gives up its own hold
  for (const ZipPart& part : parts) TRY_VOID(add(archive.get(), part));
  if (::zip_close(archive.get()) != 0) return failed(::zip_strerror(archive.get()));
  std::ignore = archive.release();  // closed: libzip has freed it
  return bytes_of(source.get());
}

}  // namespace skald
