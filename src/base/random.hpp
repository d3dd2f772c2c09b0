// Secrets of our own: made, and compared.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skald {

/// 64 hexadecimal digits from the kernel: 256 bits that nobody can guess.
Result<std::string> random_secret();

/// Whether both are equal, in a time that depends on the length alone.
bool same_secret(std::string_view one, std::string_view other);

}  // namespace skald
