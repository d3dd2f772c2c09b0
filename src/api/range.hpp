// Parts of a file, as the header Range asks for them (RFC 9110, section 14).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/message.hpp"

namespace skald::api {

struct ByteRange {
  std::uint64_t first = 0, length = 0;
};

/// The part to send; nothing: the whole, as where several parts are asked for, the unit is another one, or
/// If-Range names another content. Fails with RangeNotSatisfiable where the file ends before the part begins.
tl::expected<std::optional<ByteRange>, Refusal> wanted_range(const Request& request, std::uint64_t size,
                                                             std::string_view etag);

/// Whether If-None-Match names this content.
bool is_unchanged(const Request& request, std::string_view etag);

/// 200, 206 or 304 with ETag and Accept-Ranges; 416 with the size.
Reply file_reply(const Request& request, FileBody whole, std::string type, const std::string& etag);

}  // namespace skald::api
