// sessions: what was processed so far, found, exported, forgotten.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/files.hpp"
#include "cli.hpp"
#include "formats/export/export.hpp"
#include "formats/json.hpp"
#include "formats/session_text.hpp"
#include "service/review/review_book.hpp"
#include "service/review/search.hpp"
#include "service/sessions/sessions.hpp"
#include "store/store.hpp"

namespace skald::cli {
namespace fs = std::filesystem;
namespace {

Status list_sessions() {
  const auto store = TRY(Store::open(default_home()));
  for (const RunRecord& run : TRY(store->runs()))
    if (!run.session.empty())
      std::cout << fmt::format("{}  {:<9}  {}  {}\n", run.started, to_string(run.state), run.session,
                               run.directory);
  return {};
}

Status show_session(const std::string& session) {
  const auto store = TRY(Store::open(default_home()));
  const Session found = TRY(find_session(*store, session));
  for (const RunRecord& run : found.runs)
    std::cout << to_pretty({{"session", run.session},
                            {"started", run.started},
                            {"state", to_string(run.state)},
                            {"directory", run.directory},
                            {"details", TRY(parse_json(run.details, "database"))}});
  return {};
}

Status must_be_new(const std::string& target) {
  std::error_code error;
  if (!fs::exists(target, error)) return {};
  return fail(ErrorCode::Usage, "'" + target + "' is there already", "Name one that does not exist yet.");
}

struct ExportOptions {
  std::string session, target, format, only, character;
};

// The folder as the run wrote it, and the texts anew where people corrected them.
Status export_folder(const ReviewedSession& review, const std::string& target) {
  const RunRecord run = TRY(newest_results(review.session));
  std::error_code error;
  fs::copy(run.directory, target, fs::copy_options::recursive, error);
  if (error) return tl::unexpected(errno_error(error.value(), "cannot export to", target));
  if (review.now.standing.done.empty()) return {};
  SessionResult result = corrected_result(review);
  result.session_id = get_or(TRY(parse_json(run.details, "run")), "session", review.session.name);
  return write_results(result, target);
}

Status export_file(const ReviewedSession& review, const ExportOptions& options) {
  const auto format = export_format_from(options.format.empty() ? "txt" : options.format);
  if (!format)
    return fail(ErrorCode::Usage, "there is no export format '" + options.format + "'",
                "Formats: " + export_format_names() + ".");
  const auto view = export_view_from(options.only);
  if (!view) return fail(ErrorCode::Usage, "--only must be ic or ooc", "Leave it out for everything.");
  const ExportedFile file =
      TRY(export_session(corrected_result(review), {*format, *view, options.character}));
  return write_file_atomic(options.target, file.content);
}

Status export_session(const ExportOptions& options) {
  const auto store = TRY(Store::open(default_home()));
  const Session found = TRY(find_session(*store, options.session));
  const auto reviews = TRY(ReviewBook::open(default_home()));
  const auto review = TRY(reviews->read(found.id));
  TRY_VOID(must_be_new(options.target));
  const bool whole = options.format.empty() && options.only.empty() && options.character.empty();
  TRY_VOID(whole ? export_folder(*review, options.target) : export_file(*review, options));
  std::cout << options.target << '\n';
  return {};
}

Status remove_session(const std::string& session) {
  const auto store = TRY(Store::open(default_home()));
  const Session found = TRY(find_session(*store, session));
  const auto freed = TRY(remove_session(*store, found));
  std::cerr << fmt::format(
      "Removed {} run(s) of '{}' from Skald's memory, {:.1f} MB freed. Recordings and result folders stay:\n",
      found.runs.size(), session, static_cast<double>(freed) / 1e6);
  for (const RunRecord& run : found.runs)
    if (!run.directory.empty()) std::cerr << "  " << run.directory << '\n';
  return {};
}

enum class Form { Lines, Data };

Status search_in_sessions(const std::string& text, std::size_t most, Form form) {
  const auto reviews = TRY(ReviewBook::open(default_home()));
  TRY_VOID(reviews->index_all());
  const auto store = TRY(Store::open(default_home()));
  const Json found = TRY(search_sessions(*store, text, most));
  if (form == Form::Data) {
    std::cout << to_pretty(found);
    return {};
  }
  for (const Json& hit : found.at("hits"))
    std::cout << fmt::format("{}  [{}] {}: {}\n", hit.at("name").get<std::string>(),
                             clock_time({hit.at("start").get<double>()}),
                             hit.at("speaker").get<std::string>(), hit.at("snippet").get<std::string>());
  const auto total = found.at("total").get<std::size_t>();
  if (total > found.at("hits").size() || total == 0)
    std::cerr << fmt::format("{} of {} shown\n", found.at("hits").size(), total);
  return {};
}

void add_export(CLI::App& command, Action& chosen) {
  auto options = std::make_shared<ExportOptions>();
  auto* copy =
      command.add_subcommand("export", "The newest results with all corrections: the folder, or one file");
  copy->add_option("session", options->session)->required();
  copy->add_option("target", options->target, "A folder, or a file, that does not exist yet")->required();
  copy->add_option("--format", options->format, "One file: " + export_format_names());
  copy->add_option("--only", options->only, "One file: what is said in or out of character: ic, ooc");
  copy->add_option("--character", options->character, "One file: what a character says");
  copy->callback([&chosen, options] { chosen = [options] { return finish(export_session(*options)); }; });
}

void add_search(CLI::App& command, Action& chosen) {
  auto text = std::make_shared<std::string>();
  auto most = std::make_shared<std::size_t>(50);
  auto form = std::make_shared<Form>(Form::Lines);
  auto* search = command.add_subcommand("search", "Find what was said, in all sessions, with corrections");
  search->add_option("text", *text, "Words in any order; in double quotes: one after another")->required();
  search->add_option("--limit", *most, "How many hits at most")->check(CLI::Range(std::size_t{1}, kMostHits));
  search->add_flag_callback("--json", [form] { *form = Form::Data; }, "As the API answers");
  search->callback([&chosen, text, most, form] {
    chosen = [text, most, form] { return finish(search_in_sessions(*text, *most, *form)); };
  });
}

}  // namespace

void add_sessions(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("sessions", "What was processed so far");
  command->require_subcommand(1);
  command->footer("Example: skald sessions show session_12");
  auto session = std::make_shared<std::string>();
  command->add_subcommand("list", "All runs, newest first")->callback([&chosen] {
    chosen = [] { return finish(list_sessions()); };
  });
  auto* show = command->add_subcommand("show", "One session's runs");
  show->add_option("session", *session)->required();
  show->callback([&chosen, session] { chosen = [session] { return finish(show_session(*session)); }; });
  add_export(*command, chosen);
  add_search(*command, chosen);
  auto* remove = command->add_subcommand("remove", "Forget a session; recordings and results stay");
  remove->add_option("session", *session)->required();
  remove->callback([&chosen, session] { chosen = [session] { return finish(remove_session(*session)); }; });
}

}  // namespace skald::cli
