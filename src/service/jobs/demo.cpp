#include "service/jobs/demo.hpp"

#include <cstdlib>
#include <vector>

#include "platform/process/worker_process.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

fs::path from_environment(const char* name, const fs::path& below) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != 0 ? fs::path(value) / below : fs::path();
}

}  // namespace

Result<Demo> find_demo() {
  for (const fs::path& folder :
       {from_environment("SKALD_CACHE", "demo"), from_environment("XDG_CACHE_HOME", "skald/demo"),
        from_environment("HOME", ".cache/skald/demo"), program_directory() / "demo"}) {
    const Demo demo{folder / "demo_session.wav", folder / "demo_session.party.json"};
    std::error_code error;
    if (!folder.empty() && fs::is_regular_file(demo.recording, error) &&
        fs::is_regular_file(demo.party, error))
      return demo;
  }
  return fail(ErrorCode::NotFound, "the demo session has not been rendered on this machine",
              "`make demo` in the folder of Skald's sources renders it.");
}

}  // namespace skald
