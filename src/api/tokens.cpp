#include "api/tokens.hpp"

#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/random.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"

namespace skald::api {
namespace {

constexpr std::uint64_t kMostBytes = 65'536;

}  // namespace

Result<std::string> TokenBook::make() const {
  std::string token = "skt_" + TRY(random_secret());
  hide_secret(token);
  TRY_VOID(make_directories(file_.parent_path()));
  std::error_code error;
  std::string lines;
  if (std::filesystem::exists(file_, error)) lines = TRY(read_file(file_, kMostBytes));
  TRY_VOID(write_file_atomic(file_, lines + sha256(token) + '\n', Readers::OwnerOnly));
  return token;
}

bool TokenBook::knows(std::string_view token) const {
  const auto lines = read_file(file_, kMostBytes);
  if (!lines) return false;
  // 256 random bits need no slow hash: nobody tries them all.
  const std::string hash = sha256(token);
  bool known = false;
  for (const std::string& line : split(*lines, '\n')) known = same_secret(line, hash) || known;
  return known;
}

Status TokenBook::forget_all() const {
  return write_file_atomic(file_, "", Readers::OwnerOnly);
}

}  // namespace skald::api
