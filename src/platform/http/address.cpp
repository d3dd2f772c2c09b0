#include "platform/http/address.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/text.hpp"

namespace skald::http {
namespace {

using Bytes4 = std::array<std::uint8_t, 4>;
using Bytes16 = std::array<std::uint8_t, 16>;

Allowed judge4(const Bytes4& a, AddressPolicy policy) {
  if (policy == AddressPolicy::LoopbackOnly) return a[0] == 127 ? Allowed::Yes : Allowed::No;
  const bool link_local = a[0] == 169 && a[1] == 254;
  const bool metadata = a == Bytes4{100, 100, 100, 200} || a == Bytes4{192, 0, 0, 192};
  const bool nobody = a[0] >= 224;  // multicast, reserved, broadcast
  return link_local || metadata || nobody ? Allowed::No : Allowed::Yes;
}

Allowed judge16(const Bytes16& a, AddressPolicy policy) {
  constexpr Bytes16 loopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  // fd00:ec2::254, where a cloud keeps its metadata; fd20:ce::254, another one's.
  constexpr Bytes16 metadata = {0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54};
  constexpr Bytes16 other_metadata = {0xfd, 0x20, 0, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54};
  if (a == loopback) return Allowed::Yes;
  const auto starts = [&](std::initializer_list<int> prefix) {
    return std::equal(prefix.begin(), prefix.end(), a.begin());
  };
  const Bytes4 tail = {a[12], a[13], a[14], a[15]};
  const bool mapped = starts({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff});
  const bool translated = starts({0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0});
  const bool compatible = starts({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) && tail != Bytes4{0, 0, 0, 0};
  if (mapped || translated || compatible) return judge4(tail, policy);
  if (starts({0x20, 0x02})) return judge4({a[2], a[3], a[4], a[5]}, policy);  // 6to4
  if (policy == AddressPolicy::LoopbackOnly) return Allowed::No;
  const bool link_local = a[0] == 0xfe && (a[1] & 0xc0) == 0x80;
  return link_local || a[0] == 0xff || a == metadata || a == other_metadata ? Allowed::No : Allowed::Yes;
}

std::string url_part(const std::string& url, CURLUPart part) {
  CURLU* parsed = curl_url();
  if (parsed == nullptr) return {};
  std::string text;
  char* found = nullptr;
  if (curl_url_set(parsed, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
      curl_url_get(parsed, part, &found, 0) == CURLUE_OK && found != nullptr)
    text = found;
  curl_free(found);
  curl_url_cleanup(parsed);
  return text;
}

}  // namespace

Allowed judge(const sockaddr* address, socklen_t length, AddressPolicy policy) {
  if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    Bytes4 bytes;
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, bytes.size());
    return judge4(bytes, policy);
  }
  if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    Bytes16 bytes;
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, bytes.size());
    return judge16(bytes, policy);
  }
  return Allowed::No;
}

std::string host_in(const std::string& url) {
  const std::string scheme = ascii_lower(url_part(url, CURLUPART_SCHEME));
  if (scheme != "http" && scheme != "https") return {};
  std::string host = ascii_lower(url_part(url, CURLUPART_HOST));
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  if (host.size() > 1 && host.back() == '.') host.pop_back();
  return host;
}

Allowed judge_host(const std::string& host, AddressPolicy policy) {
  constexpr std::array<std::string_view, 3> kMetadata = {"metadata.google.internal", "metadata",
                                                         "instance-data"};
  if (std::find(kMetadata.begin(), kMetadata.end(), host) != kMetadata.end()) return Allowed::No;
  Bytes4 four;
  if (inet_pton(AF_INET, host.c_str(), four.data()) == 1) return judge4(four, policy);
  Bytes16 sixteen;
  if (inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), sixteen.data()) == 1)
    return judge16(sixteen, policy);
  return Allowed::Yes;
}

}  // namespace skald::http
