#include "formats/listen/listen_file.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/files.hpp"
#include "base/hash.hpp"

namespace skald {

namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::string_view kMagic = "SKALDLSN";
constexpr std::uint32_t kVersion = 2;
constexpr std::size_t kDigest = 64;  // SHA-256 in hexadecimal digits
constexpr std::size_t kBitBytes = (listen::kFrames * listen::kSpeakers + 7) / 8;

struct Header {
  char magic[8];
  std::uint32_t version;
  std::uint32_t frames;
  std::uint32_t speakers;
  std::uint32_t dimension;
  std::int64_t samples;
  std::uint64_t first_window;
  std::uint64_t windows;
  std::uint64_t embeddings;
  std::uint64_t pieces;
};
static_assert(sizeof(Header) == 64);

struct StoredPiece {
  std::uint32_t first;
  std::uint32_t end;
  std::uint32_t heard;
};
static_assert(sizeof(StoredPiece) == 12);
constexpr std::size_t kRow = listen::kDimension * sizeof(float);

constexpr std::uint8_t kAll = (1U << listen::kSpeakers) - 1;

void put_bits(std::string& out, std::span<const std::uint8_t> frames) {
  std::string packed(kBitBytes, '\0');
  std::size_t bit = 0;
  for (const std::uint8_t frame : frames) {
    for (std::size_t k = 0; k < listen::kSpeakers; ++k, ++bit) {
      if ((frame >> k & 1) != 0) packed[bit / 8] = static_cast<char>(packed[bit / 8] | 1 << (bit % 8));
    }
  }
  out += packed;
}

void get_bits(const char* packed, std::uint8_t* frames) {
  std::size_t bit = 0;
  for (std::size_t f = 0; f < listen::kFrames; ++f) {
    std::uint8_t value = 0;
    for (std::size_t k = 0; k < listen::kSpeakers; ++k, ++bit) {
      if ((packed[bit / 8] >> (bit % 8) & 1) != 0) value = static_cast<std::uint8_t>(value | 1U << k);
    }
    frames[f] = value;
  }
}

std::size_t count_embeddings(std::span<const std::uint8_t> embedded) {
  std::size_t n = 0;
  for (const std::uint8_t bits : embedded) n += static_cast<std::size_t>(std::popcount(bits));
  return n;
}

}  // namespace

std::string encode_listen(const ListenData& data) {
  Header header{};
  std::memcpy(header.magic, kMagic.data(), kMagic.size());
  header.version = kVersion;
  header.frames = listen::kFrames;
  header.speakers = listen::kSpeakers;
  header.dimension = listen::kDimension;
  header.samples = data.length.value;
  header.first_window = data.first_window;
  header.windows = data.windows();
  header.embeddings = count_embeddings(data.embedded);
  header.pieces = data.pieces.size();
  std::string out;
  out.reserve(sizeof header + data.windows() * (kBitBytes + 1) + header.embeddings * kRow +
              header.pieces * (sizeof(StoredPiece) + kRow) + kDigest);
  out.append(reinterpret_cast<const char*>(&header), sizeof header);
  for (std::size_t w = 0; w < data.windows(); ++w) put_bits(out, data.frames(w));
  out.append(reinterpret_cast<const char*>(data.embedded.data()), data.embedded.size());
  for (std::size_t w = 0; w < data.windows(); ++w) {
    for (std::size_t k = 0; k < listen::kSpeakers; ++k) {
      if (!data.has_embedding(w, k)) continue;
      out.append(reinterpret_cast<const char*>(data.embedding(w, k).data()), kRow);
    }
  }
  for (const Piece& piece : data.pieces) {
    const StoredPiece stored{static_cast<std::uint32_t>(piece.first), static_cast<std::uint32_t>(piece.end),
                             static_cast<std::uint32_t>(piece.heard)};
    out.append(reinterpret_cast<const char*>(&stored), sizeof stored);
  }
  out.append(reinterpret_cast<const char*>(data.voices.data()), data.voices.size() * sizeof(float));
  return out + sha256(out);
}

Result<ListenData> decode_listen(std::string_view bytes, std::string_view origin) {
  const auto damaged = [&](std::string_view what) {
    return fail(ErrorCode::Damaged, std::string(origin) + ": " + std::string(what));
  };
  Header header{};
  if (bytes.size() < sizeof header + kDigest) return damaged("shorter than its header");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::string_view(header.magic, sizeof header.magic) != kMagic) return damaged("not a listen file");
  if (header.version != kVersion) {
    return damaged("version " + std::to_string(header.version) + ", but this program reads version " +
                   std::to_string(kVersion));
  }
  if (header.frames != listen::kFrames || header.speakers != listen::kSpeakers ||
      header.dimension != listen::kDimension) {
    return damaged("windows of another shape");
  }
  const std::size_t body = bytes.size() - sizeof header - kDigest;
  // Divisions rather than products: the sizes in a damaged header may be anything.
  constexpr std::size_t kPieceBytes = sizeof(StoredPiece) + kRow;
  if (header.samples < 0 || header.windows > body / (kBitBytes + 1) || header.embeddings > body / kRow ||
      header.pieces > body / kPieceBytes ||
      header.windows * (kBitBytes + 1) + header.embeddings * kRow + header.pieces * kPieceBytes != body) {
    return damaged("its size does not fit its header");
  }
  if (sha256(bytes.substr(0, bytes.size() - kDigest)) != bytes.substr(bytes.size() - kDigest)) {
    return damaged("its checksum is wrong");
  }
  ListenData data;
  data.length = {header.samples};
  data.first_window = header.first_window;
  data.active.resize(header.windows * listen::kFrames);
  data.embedded.resize(header.windows);
  data.embeddings.resize(header.windows * listen::kSpeakers * listen::kDimension);
  const char* at = bytes.data() + sizeof header;
  for (std::size_t w = 0; w < header.windows; ++w, at += kBitBytes)
    get_bits(at, &data.active[w * listen::kFrames]);
  if (header.windows > 0) std::memcpy(data.embedded.data(), at, header.windows);
  at += header.windows;
  for (const std::uint8_t bits : data.embedded) {
    if (bits > kAll) return damaged("an embedding of a speaker that cannot be");
  }
  if (count_embeddings(data.embedded) != header.embeddings) return damaged("embeddings are missing");
  for (std::size_t i = 0; i < header.windows * listen::kSpeakers; ++i) {
    if (!data.has_embedding(i / listen::kSpeakers, i % listen::kSpeakers)) continue;
    std::memcpy(&data.embeddings[i * listen::kDimension], at, kRow);
    at += kRow;
  }
  data.pieces.reserve(header.pieces);
  for (std::size_t i = 0; i < header.pieces; ++i, at += sizeof(StoredPiece)) {
    StoredPiece stored;
    std::memcpy(&stored, at, sizeof stored);
    const std::size_t before = data.pieces.empty() ? 0 : data.pieces.back().end;
    if (stored.first < before || stored.end <= stored.first) return damaged("pieces out of order");
    data.pieces.push_back({stored.first, stored.end, stored.heard});
  }
  data.voices.resize(header.pieces * listen::kDimension);
  if (header.pieces > 0) std::memcpy(data.voices.data(), at, header.pieces * kRow);
  return data;
}

Status write_listen_file(const std::filesystem::path& path, const ListenData& data) {
  return write_file_atomic(path, encode_listen(data));
}

Result<ListenData> read_listen_file(const std::filesystem::path& path) {
  return decode_listen(TRY(read_file(path)), path.string());
}

Status append_windows(ListenData& all, const ListenData& next) {
  if (next.length != all.length || next.first_window != all.first_window + all.windows()) {
    return fail(ErrorCode::Damaged, "units of work that do not follow one another");
  }
  all.active.insert(all.active.end(), next.active.begin(), next.active.end());
  all.embedded.insert(all.embedded.end(), next.embedded.begin(), next.embedded.end());
  all.embeddings.insert(all.embeddings.end(), next.embeddings.begin(), next.embeddings.end());
  all.pieces.insert(all.pieces.end(), next.pieces.begin(), next.pieces.end());
  all.voices.insert(all.voices.end(), next.voices.begin(), next.voices.end());
  return {};
}

}  // namespace skald
