// skald_train_classifier: fits data/classification/head.bin and writes the report of leaving tables out.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

#include "base/files.hpp"
#include "classifier/judge.hpp"
#include "classifier/report.hpp"
#include "engines/e5/encoder.hpp"
#include "formats/json.hpp"

namespace skald::training {
namespace {

struct Options {
  std::filesystem::path tables = SKALD_SOURCE_DIR "/data/classification/tables";
  std::filesystem::path model = SKALD_MODELS_DIR "/e5-small/e5-small-q4.bin";
  std::filesystem::path head = SKALD_SOURCE_DIR "/data/classification/head.bin";
  std::filesystem::path report = SKALD_SOURCE_DIR "/bench/classification/REPORT.md";
  std::filesystem::path rows;  // what heads that did not see a table say of its lines; empty: not written
  unsigned threads = 2;
  std::size_t groups = 4;
  bool single_lines = false;
};

Status embed(std::vector<Table>& tables, e5::Encoder& encoder) {
  for (Table& table : tables) {
    std::vector<std::string> texts;
    for (const auto& said : table.talk) texts.push_back(said.text);
    table.embeddings = TRY(encoder.embed(texts));
  }
  return {};
}

// One line of JSON a table and way of telling: a row of columns for each line, by a head that did not see it.
Status write_rows(const std::filesystem::path& file, const std::vector<Table>& tables,
                  const std::vector<classify::Head>& heads, classify::Context context) {
  std::string text;
  for (std::size_t t = 0; t < tables.size(); ++t)
    for (const Told told : {Told::RolesAndParty, Told::Nothing}) {
      const Answers answers = answer(heads[t], tables[t], context, told);
      const Json line = {
          {"table", tables[t].name}, {"told", told == Told::RolesAndParty}, {"rows", answers.rows}};
      text += to_line(line) + "\n";
    }
  return write_file_atomic(file, text);
}

Setting judge(std::string name, const std::vector<Table>& tables, const std::vector<classify::Head>& heads,
              classify::Context context, Told told) {
  Setting setting{std::move(name), {}};
  for (std::size_t t = 0; t < tables.size(); ++t)
    setting.answers.push_back(answer(heads[t], tables[t], context, told));
  return setting;
}

Status train(const Options& options) {
  std::vector<Table> tables = TRY(read_tables(options.tables));
  FitOptions fit;
  fit.threads = options.threads;
  fit.groups = options.groups == 0 ? tables.size() : options.groups;
  e5::EncoderOptions text_model{options.model, options.threads};
  fit.layers = text_model.layers;
  auto encoder = TRY(e5::Encoder::load(text_model));
  TRY_VOID(embed(tables, encoder));
  std::fprintf(stderr, "texts embedded; fitting with what is said around\n");
  const auto heads = leave_out(tables, fit);
  if (!options.rows.empty()) TRY_VOID(write_rows(options.rows, tables, heads, fit.context));

  std::vector<const Table*> all;
  for (const Table& table : tables) all.push_back(&table);
  classify::Head head = fit_head(all, fit);
  calibrate_on(head, all, heads, fit.context);
  TRY_VOID(write_file_atomic(options.head, classify::head_bytes(head)));
  std::fprintf(stderr, "wrote %s\n", options.head.c_str());
  if (options.report.empty()) return {};

  std::vector<Setting> settings;
  settings.push_back(
      judge("with context; roles and party told", tables, heads, fit.context, Told::RolesAndParty));
  settings.push_back(
      judge("with context; nothing told, roles guessed", tables, heads, fit.context, Told::Nothing));
  if (options.single_lines) {
    std::fprintf(stderr, "fitting to single lines, for comparison\n");
    fit.context = classify::Context::None;
    const auto single = leave_out(tables, fit);
    settings.push_back(
        judge("single lines; roles and party told", tables, single, fit.context, Told::RolesAndParty));
    settings.push_back(judge("single lines; nothing told", tables, single, fit.context, Told::Nothing));
  }
  TRY_VOID(write_file_atomic(options.report, report(settings)));
  std::fprintf(stderr, "wrote %s; IC/OOC right: %.1f %%\n", options.report.c_str(),
               100 * ic_ooc_accuracy(settings.front().answers));
  return {};
}

}  // namespace
}  // namespace skald::training

int main(int argc, char** argv) {
  CLI::App app("Trains the classifier's head on labelled tables and judges it by leaving tables out");
  skald::training::Options options;
  app.add_option("--tables", options.tables, "Folder of labelled tables (*.jsonl)")->capture_default_str();
  app.add_option("--model", options.model, "The packed text model")->capture_default_str();
  app.add_option("--head", options.head, "The head to write")->capture_default_str();
  app.add_option("--report", options.report, "The report to write (Markdown); '' for none")
      ->capture_default_str();
  app.add_option(
      "--rows", options.rows,
      "Where to write what is said of each line by a head that did not see its table (JSON lines)");
  app.add_option("--threads", options.threads, "Threads; they do not change the result")
      ->capture_default_str();
  app.add_option("--groups", options.groups,
                 "Groups of tables that are left out in turn; 0: each table alone")
      ->capture_default_str();
  app.add_flag("--single-lines", options.single_lines,
               "Also judge heads that see single lines only, for comparison");
  CLI11_PARSE(app, argc, argv);
  if (const auto status = skald::training::train(options); !status) {
    std::fprintf(stderr, "%s\n", skald::describe(status.error()).c_str());
    return skald::exit_status(status.error().code);
  }
  return 0;
}
