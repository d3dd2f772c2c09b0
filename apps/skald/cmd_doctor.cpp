// doctor: what is wrong with this machine; doctor --explain: what the messages in a log mean.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>

#include "base/text.hpp"
#include "cli.hpp"
#include "formats/json.hpp"
#include "service/doctor/examine.hpp"
#include "service/doctor/explain.hpp"

namespace skald::cli {
namespace {

struct DoctorOptions {
  bool json = false;
  std::string log;
};

// Words in lines of at most 100 letters, the first begun already with `head`.
std::string paragraph(std::string_view head, std::string_view text) {
  constexpr std::size_t kWidth = 100;
  std::string out = fmt::format("  {:<14}", head);
  std::size_t used = out.size();
  for (const std::string& word : split(text, ' ')) {
    if (used + word.size() + 1 > kWidth) {
      out += "\n" + std::string(16, ' ');
      used = 16;
    }
    out += word + ' ';
    used += word.size() + 1;
  }
  out.pop_back();
  return out + '\n';
}

Json to_json(const Explained& found) {
  return {{"id", found.message->id},    {"count", found.count},          {"line", found.first_line},
          {"text", found.line},         {"means", found.message->means}, {"skald", found.message->skald},
          {"do", found.message->advice}};
}

std::string to_text(const Explained& found) {
  return fmt::format("line {}{}: {}\n", found.first_line,
                     found.count > 1 ? fmt::format(" ({} such lines)", found.count) : "", found.line) +
         paragraph("It means:", found.message->means) + paragraph("Skald itself:", found.message->skald) +
         paragraph("Left to do:", found.message->advice) + '\n';
}

Result<int> explain_log(const DoctorOptions& options) {
  const auto messages = TRY(known_messages());
  std::ifstream file;
  if (options.log != "-") {
    file.open(options.log, std::ios::binary);
    if (!file || file.peek() == std::ifstream::traits_type::eof())
      return fail(ErrorCode::NotFound, "there is nothing to read in '" + options.log + "'",
                  "Name a log, or - for standard input.");
  }
  const auto found = explain(options.log == "-" ? std::cin : file, messages);
  if (options.json) {
    Json rows = Json::array();
    for (const Explained& each : found) rows.push_back(to_json(each));
    std::cout << to_pretty({{"messages", rows}});
  } else {
    for (const Explained& each : found) std::cout << to_text(each);
    if (found.empty())
      std::cout << "Nothing in it is known here. docs/troubleshooting.md lists what is; `skald support` "
                   "collects what helps others to help.\n";
  }
  return found.empty() ? 1 : 0;
}

int show_checks(const std::vector<Check>& checks, const DoctorOptions& options) {
  std::cout << (options.json ? to_pretty(checks_json(checks)) : checks_text(checks));
  return worst(checks) == Health::Error ? 1 : 0;
}

Result<int> run_doctor(const DoctorOptions& options) {
  if (!options.log.empty()) return explain_log(options);
  return show_checks(examine_this_machine(interrupt_token()), options);
}

}  // namespace

void add_doctor(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("doctor", "What is wrong, and what to do about it");
  auto options = std::make_shared<DoctorOptions>();
  command->add_flag("--json", options->json, "As JSON");
  command
      ->add_option("--explain", options->log,
                   "Say what the messages in a log mean; without a file, or -, it reads standard input")
      ->expected(0, 1)
      ->default_str("-")
      ->type_name("LOGFILE");
  command->footer(
      "Example: skald doctor\n"
      "         skald doctor --explain logs/session_processor_20261123_201500_session.log\n"
      "Status 0: nothing is wrong, warnings at most; 1: at least one error.\n"
      "With --explain: 0 where something was recognised, else 1.");
  command->callback([options, &chosen] {
    chosen = [options] {
      const auto status = run_doctor(*options);
      return status ? *status : report(status.error());
    };
  });
}

}  // namespace skald::cli
