// eval: how far a result is from the truth.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli.hpp"
#include "service/eval/eval.hpp"

namespace skald::cli {
namespace {

struct EvalWords {
  EvalOptions options;
  double collar = 0;
  bool json = false;
};

int run_eval(const EvalWords& words) {
  EvalOptions options = words.options;
  options.collar = {words.collar};
  const auto evaluation = evaluate(options);
  if (!evaluation) return report(evaluation.error());
  std::cout << (words.json ? eval_json(*evaluation) : eval_text(*evaluation)) << std::flush;
  return 0;
}

}  // namespace

void add_eval(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("eval", "Measure a result against the truth: WER, cpWER, DER, labels");
  auto words = std::make_shared<EvalWords>();
  command
      ->add_option("--reference", words->options.reference,
                   "The truth: files about one recording, or their folder")
      ->required()
      ->type_name("TRUTH");
  command->add_option("--hypothesis", words->options.hypothesis, "The result: files, or a folder of results")
      ->required()
      ->type_name("RESULT");
  command
      ->add_option("--collar", words->collar,
                   "Seconds around each border of a true turn that DER leaves out, half on either side")
      ->check(CLI::Range(0.0, 10.0));
  command->add_flag("--json", words->json, "Print JSON");
  command->footer(
      "Example: skald eval --reference truth.json --hypothesis output/20260131_200000_session\n"
      "Files: results folder, .rttm, .stm, .json, .jsonl, .srt, .vtt, .txt.");
  command->callback([words, &chosen] { chosen = [words] { return run_eval(*words); }; });
}

}  // namespace skald::cli
