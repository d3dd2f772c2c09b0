#include "engines/media/unpack.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <span>

#include "base/text.hpp"
#include "formats/export/zip_owner.hpp"
#include "formats/json.hpp"

namespace skald::media {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLongestEntryName = 255;  // bytes
constexpr std::size_t kUnpackedAtOnce = 1 << 18;
constexpr std::array kSounds = {".aac", ".aif", ".aiff", ".flac", ".m4a",  ".mka", ".mp3", ".mp4",
                                ".oga", ".ogg", ".opus", ".wav",  ".webm", ".wma", ".wv"};

using Zip = ZipOwned<zip_t>;

struct PackedEntry {
  zip_uint64_t index = 0;
  PackedTrack track;
};

tl::unexpected<Error> unusable(
    const InputFile& input, const std::string& why,
    std::string advice = "Pack the tracks alone, without folders, or give them one by one.") {
  return fail(ErrorCode::InvalidInput, input.name() + " " + why, std::move(advice));
}

std::string file_of(std::size_t number) {
  char name[24];
  std::snprintf(name, sizeof name, "%02zu", number + 1);
  return name;
}

bool is_sound(const std::string& name) {
  const std::string ending = ascii_lower(fs::path(name).extension().string());
  return std::find(kSounds.begin(), kSounds.end(), ending) != kSounds.end();
}

bool is_plain(const std::string& name) {
  return !name.empty() && name.size() <= kLongestEntryName && name.front() != '.' &&
         std::none_of(name.begin(), name.end(),
                      [](unsigned char c) { return c < ' ' || c == 127 || c == '/' || c == '\\'; });
}

Result<Zip> open_zip(const InputFile& input) {
  int error = 0;
  const int own = ::dup(input.descriptor());  // libzip closes it
  Zip archive(::zip_fdopen(own, ZIP_CHECKCONS, &error));
  if (archive) return archive;
  if (own >= 0) ::close(own);
  return unusable(input, "is not a whole ZIP archive", "Download or pack it again.");
}

// The entry where it is a sound; nothing where it is something else, such as a text about the recording.
Result<std::optional<PackedEntry>> entry_of(zip_t* archive, zip_uint64_t index, const InputFile& input) {
  zip_stat_t info;
  ::zip_stat_init(&info);
  constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE;
  if (::zip_stat_index(archive, index, 0, &info) != 0 || (info.valid & needed) != needed)
    return unusable(input, "is not a whole ZIP archive", "Download or pack it again.");
  const std::string name = repair_utf8(info.name);
  if (!is_plain(name)) return unusable(input, "holds '" + name + "', which is not the plain name of a file");
  if (!is_sound(name)) return std::nullopt;
  if ((info.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && info.encryption_method != ZIP_EM_NONE)
    return unusable(input, "has a password", "Unpack it, and give the tracks one by one.");
  return PackedEntry{index, {{}, name, info.size}};
}

Result<std::vector<PackedEntry>> list_entries(zip_t* archive, const InputFile& input,
                                              const UnpackLimits& limits) {
  const auto count = static_cast<zip_uint64_t>(std::max<zip_int64_t>(0, ::zip_get_num_entries(archive, 0)));
  if (count > limits.most_entries) return unusable(input, "holds " + std::to_string(count) + " files");
  std::vector<PackedEntry> entries;
  std::uint64_t bytes = 0;
  for (zip_uint64_t i = 0; i < count; ++i) {
    auto entry = TRY(entry_of(archive, i, input));
    if (!entry) continue;
    if (entry->track.bytes > limits.most_of_one || entry->track.bytes > limits.most_bytes - bytes)
      return unusable(input, "holds more sound than " + std::to_string(limits.most_of_one >> 30) +
                                 " GiB a track, or " + std::to_string(limits.most_bytes >> 30) +
                                 " GiB in all");
    bytes += entry->track.bytes;
    entry->track.file = file_of(entries.size());
    entries.push_back(std::move(*entry));
  }
  if (entries.empty()) return unusable(input, "holds no sound", "Give the recording itself.");
  if (entries.size() > limits.most_tracks)
    return unusable(input, "holds " + std::to_string(entries.size()) + " tracks; at most " +
                               std::to_string(limits.most_tracks) + " are taken");
  if (bytes > limits.free_growth && (bytes - limits.free_growth) / limits.most_growth > input.size())
    return unusable(input, "would grow to " + std::to_string(bytes) + " bytes, far beyond what sound does");
  return entries;
}

// No more than the archive announced: libzip counts what comes out, and checks its sum.
Status write_entry(zip_t* archive, const PackedEntry& entry, const InputFile& input, PendingFile& file,
                   const std::function<Status(std::uint64_t)>& wrote) {
  const auto damaged = [&] {
    return unusable(input, "is damaged in '" + entry.track.name + "'", "Download it again.");
  };
  const ZipOwned<zip_file_t> source(::zip_fopen_index(archive, entry.index, 0));
  if (!source) return damaged();
  std::vector<std::byte> block(kUnpackedAtOnce);
  std::uint64_t written = 0;
  for (;;) {
    const zip_int64_t n = ::zip_fread(source.get(), block.data(), block.size());
    if (n < 0) return damaged();
    if (n == 0) break;
    written += static_cast<std::uint64_t>(n);
    if (written > entry.track.bytes) return damaged();
    TRY_VOID(file.append(std::span(block).first(static_cast<std::size_t>(n))));
    TRY_VOID(wrote(static_cast<std::uint64_t>(n)));
  }
  if (written != entry.track.bytes) return damaged();
  return {};
}

}  // namespace

Result<Unpacking> Unpacking::prepare(const fs::path& archive, const fs::path& output,
                                     const UnpackLimits& limits) {
  InputFile input = TRY(InputFile::open(archive));
  TRY_VOID(make_directories(output));
  Unpacking unpacking(std::move(input), TRY(PendingFile::create(output / "tracks.json")), limits);
  unpacking.room_ = TRY(free_bytes(output));
  for (std::size_t i = 0; i < limits.most_tracks; ++i)
    unpacking.files_.push_back(TRY(PendingFile::create(output / file_of(i))));
  return unpacking;
}

Result<std::vector<PackedTrack>> Unpacking::run(const Progress& progress, const Cancelled& cancelled) {
  const Zip archive = TRY(open_zip(input_));
  const auto entries = TRY(list_entries(archive.get(), input_, limits_));
  std::uint64_t all = 1, done = 0;
  for (const PackedEntry& entry : entries) all += entry.track.bytes;
  if (room_ < all) return fail(ErrorCode::NoSpace, "the disk has no room for the tracks of " + input_.name());
  const auto wrote = [&](std::uint64_t bytes) -> Status {
    done += bytes;
    if (progress) progress(static_cast<double>(done) / static_cast<double>(all));
    if (cancelled && cancelled()) return fail(ErrorCode::Cancelled, "cancelled");
    return {};
  };
  std::vector<PackedTrack> tracks;
  Json list = Json::array();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    TRY_VOID(write_entry(archive.get(), entries[i], input_, files_[i], wrote));
    TRY_VOID(files_[i].commit());
    tracks.push_back(entries[i].track);
    list.push_back({{"file", tracks.back().file}, {"name", tracks.back().name}});
  }
  TRY_VOID(input_.check_unchanged());
  TRY_VOID(list_.append(to_pretty(Json{{"tracks", std::move(list)}})));
  TRY_VOID(list_.commit());
  return tracks;
}

}  // namespace skald::media
