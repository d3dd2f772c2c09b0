// Which user of this machine is at the other end of a connection over loopback.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace skald::api {

struct Place {
  std::string address;  // 127.0.0.1 or ::1
  int port = 0;
};

/// The user id in the row of `from`'s own end, in a table as in /proc/net/tcp or tcp6; nothing where there is
/// none.
std::optional<unsigned> owner_in_table(std::string_view table, const Place& from, const Place& to);

/// The same, in the kernel's table.
std::optional<unsigned> connection_owner(const Place& from, const Place& to);

}  // namespace skald::api
