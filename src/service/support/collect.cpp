#include "service/support/collect.hpp"

#include <sys/utsname.h>

#include "service/doctor/examine.hpp"
#include "service/settings/shown.hpp"
#include "service/support/support.hpp"
#include "store/store.hpp"

namespace skald {
namespace {

std::string about(std::string_view version) {
  utsname system{};
  (void)::uname(&system);
  return "skald " + std::string(version) + "\n" + system.sysname + " " + system.release + " " +
         system.machine + "\n\n" +
         "settings.txt  settings and where they come from; keys by their last letters\n"
         "doctor.txt    what `skald doctor` found; doctor.json the same for programs\n"
         "plan.txt      what would run where, by the settings\n"
         "sessions.txt  names and states of the runs\n"
         "logs/         the newest logs\n\n"
         "There are no keys, recordings or transcripts in here. File names, session names and the names of "
         "people\n"
         "may be: have a look before you pass it on.\n";
}

std::string settings_part() {
  const auto settings = Settings::load();
  return settings ? shown_text(shown_settings(*settings), *settings) : describe(settings.error()) + "\n";
}

std::string sessions_part() {
  const auto store = Store::open(default_home());
  if (!store) return describe(store.error()) + "\n";
  const auto runs = (*store)->runs();
  if (!runs) return describe(runs.error()) + "\n";
  std::string text;
  for (const RunRecord& run : *runs)
    text += run.started + "  " + std::string(to_string(run.state)) + "  " + run.session + "\n    " +
            run.details + "\n";
  return text;
}

}  // namespace

std::vector<ZipPart> support_parts(std::string_view version, const Result<std::string>& plan,
                                   const CancelToken& cancel) {
  const auto checks = examine_this_machine(cancel);
  std::vector<ZipPart> parts = {{"README.txt", about(version)},
                                {"settings.txt", settings_part()},
                                {"doctor.txt", checks_text(checks)},
                                {"doctor.json", to_pretty(checks_json(checks))},
                                {"plan.txt", plan ? *plan : describe(plan.error()) + "\n"},
                                {"sessions.txt", sessions_part()}};
  for (ZipPart& log : newest_logs(default_home())) parts.push_back(std::move(log));
  return parts;
}

}  // namespace skald
