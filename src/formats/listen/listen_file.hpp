// listen.bin: segmentation and embeddings on disk, as described in docs/formats/listen.md.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "domain/diarization/listen_data.hpp"

namespace skald {

std::string encode_listen(const ListenData& data);
/// Damaged for anything that encode_listen() did not write, `origin` being named.
Result<ListenData> decode_listen(std::string_view bytes, std::string_view origin);

Status write_listen_file(const std::filesystem::path& path, const ListenData& data);
Result<ListenData> read_listen_file(const std::filesystem::path& path);

/// Adds the windows of `next`, which follow those of `all`.
Status append_windows(ListenData& all, const ListenData& next);

}  // namespace skald
