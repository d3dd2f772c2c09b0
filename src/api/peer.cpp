#include "api/peer.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/text.hpp"

namespace skald::api {
namespace {

// As the kernel writes it: words of the address in the machine's byte order, then the port.
std::string in_table(const Place& place) {
  std::array<std::uint32_t, 4> words{};
  std::string text;
  const bool six = place.address.find(':') != std::string::npos;
  if (::inet_pton(six ? AF_INET6 : AF_INET, place.address.c_str(), words.data()) != 1) return text;
  for (std::size_t i = 0; i < (six ? 4U : 1U); ++i) text += fmt::format("{:08X}", words[i]);
  return text + fmt::format(":{:04X}", place.port);
}

}  // namespace

std::optional<unsigned> owner_in_table(std::string_view table, const Place& from, const Place& to) {
  const std::string near = in_table(from), far = in_table(to);
  for (const std::string& line : split(table, '\n')) {
    std::istringstream row(line);
    std::string number, local, remote, state, queues, timer, retransmits;
    unsigned owner = 0;
    if (row >> number >> local >> remote >> state >> queues >> timer >> retransmits >> owner &&
        local == near && remote == far)
      return owner;
  }
  return std::nullopt;
}

std::optional<unsigned> connection_owner(const Place& from, const Place& to) {
  std::ifstream file(from.address.find(':') == std::string::npos ? "/proc/net/tcp" : "/proc/net/tcp6");
  return owner_in_table(std::string(std::istreambuf_iterator<char>(file), {}), from, to);
}

}  // namespace skald::api
