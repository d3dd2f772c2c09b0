#include "api/range.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace skald::api {
namespace {

using Part = tl::expected<std::optional<ByteRange>, Refusal>;

// Digits alone; nothing for anything else. Numbers too large for 64 bits stand for the end of every file.
std::optional<std::uint64_t> number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return UINT64_MAX;
  return value;
}

tl::unexpected<Refusal> beyond(std::uint64_t size) {
  return refuse(RefusalCode::RangeNotSatisfiable,
                "the file has " + std::to_string(size) + " bytes, and none of these");
}

Part parse(std::string_view spec, std::uint64_t size) {
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return std::nullopt;
  const auto first = number(trim(spec.substr(0, dash))), last = number(trim(spec.substr(dash + 1)));
  if (trim(spec.substr(0, dash)).empty()) {
    if (!last) return std::nullopt;
    if (*last == 0 || size == 0) return beyond(size);
    const std::uint64_t length = std::min(*last, size);
    return ByteRange{size - length, length};
  }
  const bool open = trim(spec.substr(dash + 1)).empty();
  if (!first || (!last && !open) || (last && *last < *first)) return std::nullopt;
  if (*first >= size) return beyond(size);
  return ByteRange{*first, (open ? size - 1 : std::min(*last, size - 1)) - *first + 1};
}

}  // namespace

tl::expected<std::optional<ByteRange>, Refusal> wanted_range(const Request& request, std::uint64_t size,
                                                             std::string_view etag) {
  const auto range = request.header("Range");
  constexpr std::string_view unit = "bytes=";
  if (!range || ascii_lower(range->substr(0, unit.size())) != unit) return std::nullopt;
  if (const auto condition = request.header("If-Range"); condition && trim(*condition) != etag)
    return std::nullopt;
  return parse(range->substr(unit.size()), size);
}

bool is_unchanged(const Request& request, std::string_view etag) {
  for (const std::string_view header : request.all("If-None-Match"))
    for (const std::string& part : split(header, ',')) {
      std::string_view tag = trim(part);
      if (tag.starts_with("W/")) tag.remove_prefix(2);
      if (tag == etag || tag == "*") return true;
    }
  return false;
}

Reply file_reply(const Request& request, FileBody whole, std::string type, const std::string& etag) {
  Reply reply;
  reply.type = std::move(type);
  reply.headers = {{"ETag", etag}, {"Accept-Ranges", "bytes"}};
  const std::uint64_t size = whole.length;
  if (is_unchanged(request, etag)) {
    reply.status = 304;
    return reply;
  }
  const auto range = wanted_range(request, size, etag);
  if (!range) {
    Reply refused = error_reply(range.error());
    refused.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
    return refused;
  }
  if (*range) {
    const auto& [first, length] = **range;
    reply.status = 206;
    reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(first) + "-" +
                                                    std::to_string(first + length - 1) + "/" +
                                                    std::to_string(size));
    whole.offset = first;
    whole.length = length;
  }
  reply.body = std::move(whole);
  return reply;
}

}  // namespace skald::api
