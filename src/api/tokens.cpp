#include "api/tokens.hpp"

#include <algorithm>
#include <array>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/random.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"

namespace skald::api {
namespace {

constexpr std::uint64_t kMostBytes = 65'536;
constexpr std::size_t kLongestTokenName = 100;
constexpr std::size_t kMostTokens = 200;
constexpr std::array<std::string_view, 3> kScopes = {"read", "change", "admin"};

// "hash scope created name"; a hash alone, as earlier versions wrote it, may do everything.
KeptToken token_from(const std::string& line, std::size_t number) {
  const auto words = split(line, ' ');
  KeptToken token{words[0], Scope::Admin, {}, std::to_string(number)};
  if (words.size() < 4) return token;
  // What cannot be read must not give rights.
  token.scope = scope_from(words[1]).value_or(Scope::Read);
  token.created = words[2];
  token.name = line.substr(words[0].size() + words[1].size() + words[2].size() + 3);
  return token;
}

bool is_token_name(const std::string& name) {
  const auto odd = [](unsigned char c) { return c < ' ' || c == 127; };
  return !trim(name).empty() && trim(name).size() == name.size() && name.size() <= kLongestTokenName &&
         std::none_of(name.begin(), name.end(), odd);
}

auto named(std::vector<KeptToken>& tokens, std::string_view name) {
  return std::find_if(tokens.begin(), tokens.end(), [&](const KeptToken& t) { return t.name == name; });
}

}  // namespace

std::string_view to_string(Scope scope) {
  return kScopes[static_cast<std::size_t>(scope)];
}

std::optional<Scope> scope_from(std::string_view name) {
  const auto found = std::find(kScopes.begin(), kScopes.end(), name);
  if (found == kScopes.end()) return std::nullopt;
  return static_cast<Scope>(found - kScopes.begin());
}

Status TokenBook::write(const std::vector<KeptToken>& tokens) const {
  TRY_VOID(make_directories(file_.parent_path()));
  std::string lines;
  for (const KeptToken& token : tokens)
    lines += token.hash + ' ' + std::string(to_string(token.scope)) + ' ' +
             (token.created.empty() ? "-" : token.created) + ' ' + token.name + '\n';
  return write_file_atomic(file_, lines, Readers::OwnerOnly);
}

Result<std::vector<KeptToken>> TokenBook::list() const {
  std::vector<KeptToken> tokens;
  std::error_code error;
  if (!std::filesystem::exists(file_, error)) return tokens;
  for (const std::string& line : split(TRY(read_file(file_, kMostBytes)), '\n'))
    if (!line.empty()) tokens.push_back(token_from(line, tokens.size() + 1));
  return tokens;
}

Result<std::string> TokenBook::make(const std::string& name, Scope scope, const std::string& created) const {
  if (!is_token_name(name))
    return fail(ErrorCode::Usage, "a token needs a name: one line of at most 100 bytes");
  auto tokens = TRY(list());
  if (named(tokens, name) != tokens.end())
    return fail(ErrorCode::Conflict, "there is a token called '" + name + "' already",
                "Choose another name, or remove that one first.");
  if (tokens.size() >= kMostTokens)
    return fail(ErrorCode::Conflict, "there are " + std::to_string(tokens.size()) + " tokens already",
                "Remove those that are not needed any more.");
  std::string token = "skt_" + TRY(random_secret());
  hide_secret(token);
  tokens.push_back({sha256(token), scope, created, name});
  TRY_VOID(write(tokens));
  return token;
}

Result<std::string> TokenBook::make(const std::string& created) const {
  auto tokens = TRY(list());
  std::size_t number = tokens.size() + 1;
  while (named(tokens, std::to_string(number)) != tokens.end()) ++number;
  return make(std::to_string(number), Scope::Admin, created);
}

std::optional<Scope> TokenBook::scope_of(std::string_view token) const {
  const auto tokens = list();
  if (!tokens) return std::nullopt;
  // 256 random bits need no slow hash: nobody tries them all.
  const std::string hash = sha256(token);
  std::optional<Scope> scope;
  for (const KeptToken& kept : *tokens)
    if (same_secret(kept.hash, hash)) scope = kept.scope;
  return scope;
}

Status TokenBook::remove(std::string_view name) const {
  auto tokens = TRY(list());
  const auto found = named(tokens, name);
  if (found == tokens.end())
    return fail(ErrorCode::NotFound, "there is no token called '" + std::string(name) + "'",
                "`skald tokens list` names them.");
  tokens.erase(found);
  return write(tokens);
}

Status TokenBook::forget_all() const {
  return write_file_atomic(file_, "", Readers::OwnerOnly);
}

}  // namespace skald::api
