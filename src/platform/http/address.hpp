// Which network addresses no service of ours lives at.
#pragma once
#include <sys/socket.h>

#include <string>

#include "platform/http/http.hpp"

namespace skald::http {

enum class Allowed { Yes, No };

/// Judges the address that a name was resolved to, IPv4 in its IPv6 forms too.
Allowed judge(const sockaddr* address, socklen_t length, AddressPolicy policy);

/// The host of a URL as its text says, lower case, without brackets; numeric forms of IPv4 ("2852039166",
/// "0xa9.254.43518") as four numbers. Empty: no valid http or https URL.
std::string host_in(const std::string& url);

/// Judges a host by its text: numeric addresses, and names of metadata services. Names that must be looked up
/// are allowed here, and judged when connecting.
Allowed judge_host(const std::string& host, AddressPolicy policy);

}  // namespace skald::http
