#include "base/random.hpp"

#include <openssl/crypto.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace skald {

Result<std::string> random_secret() {
  std::array<unsigned char, 32> bytes{};
  if (::getentropy(bytes.data(), bytes.size()) != 0)
    return tl::unexpected(errno_error(errno, "cannot read random numbers from", "the kernel"));
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

bool same_secret(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace skald
