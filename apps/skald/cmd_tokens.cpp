// tokens add|list|remove: who may use the API of `skald serve`.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "api/tokens.hpp"
#include "cli.hpp"
#include "service/session/log.hpp"
#include "store/store.hpp"

namespace skald::cli {
namespace {

struct TokenWords {
  std::string name;
  std::string scope = "read";
};

Status add_token(const TokenWords& words) {
  const auto scope = api::scope_from(words.scope);
  if (!scope) return fail(ErrorCode::Usage, "--scope must be read, change or admin");
  std::cout << TRY(api::TokenBook(default_home()).make(words.name, *scope, stamp_now())) << '\n';
  return {};
}

Status list_tokens() {
  for (const api::KeptToken& token : TRY(api::TokenBook(default_home()).list()))
    std::cout << token.name << '\t' << api::to_string(token.scope) << '\t' << token.created << '\n';
  return {};
}

}  // namespace

void add_tokens(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("tokens", "Tokens for scripts that use the API of `skald serve`");
  command->require_subcommand(1);
  command->footer("Example: skald tokens add laptop --scope read");
  auto words = std::make_shared<TokenWords>();
  auto* add = command->add_subcommand("add", "Make a token and print it, this once; only its hash is kept");
  add->add_option("name", words->name, "What it is for")->required()->type_name("NAME");
  add->add_option("--scope", words->scope,
                  "read: look at everything; change: also upload, run and correct; admin: also remove "
                  "sessions, and what concerns the server")
      ->check(CLI::IsMember({"read", "change", "admin"}))
      ->capture_default_str();
  add->callback([words, &chosen] { chosen = [words] { return finish(add_token(*words)); }; });
  auto* list = command->add_subcommand("list", "Name, scope and time of each");
  list->callback([&chosen] { chosen = [] { return finish(list_tokens()); }; });
  auto* remove = command->add_subcommand("remove", "Make a token worthless, at once");
  remove->add_option("name", words->name, "Its name in the list")->required()->type_name("NAME");
  remove->callback([words, &chosen] {
    chosen = [words] { return finish(api::TokenBook(default_home()).remove(words->name)); };
  });
}

}  // namespace skald::cli
