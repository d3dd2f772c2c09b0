// The demo session that comes with Skald, where it has been rendered on this machine.
#pragma once
#include <filesystem>

#include "base/result.hpp"

namespace skald {

struct Demo {
  std::filesystem::path recording, party;
};
/// In the folder `demo` of $SKALD_CACHE, $XDG_CACHE_HOME/skald or ~/.cache/skald, where `make demo` puts it,
/// or beside the program. NotFound: it has not been rendered.
Result<Demo> find_demo();

}  // namespace skald
