// A request and its reply, whatever library carries them.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/guarded_files.hpp"
#include "base/result.hpp"
#include "formats/json.hpp"

namespace skald::api {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;
  std::string target;  // as sent
  std::string path;    // the target without its query, percent signs decoded
  Fields query;
  Fields headers;
  /// User id at the other end of the connection, where the kernel tells.
  std::function<std::optional<unsigned>()> peer_owner = {};
  /// Hands out the body piece by piece, as it comes in; once. False: `take` wanted no more, or it was cut
  /// off.
  using Take = std::function<bool(std::string_view piece)>;
  std::function<bool(const Take& take)> read_body = [](const Take&) { return true; };

  /// The same of a form (multipart/form-data): `part` hears the name of each field before its value comes in
  /// bit by bit. False: either wanted no more, it was cut off, or it is no form.
  std::function<bool(const std::function<bool(const std::string& name)>& part, const Take& take)> read_form =
      [](const auto&, const Take&) { return false; };
  /// Whether the client has left, and nobody waits for the reply.
  std::function<bool()> gone = [] { return false; };

  /// Values of a header, whatever the case of its name.
  std::vector<std::string_view> all(std::string_view name) const;
  /// The value where it stands there once; nothing where it is missing or stands there twice.
  std::optional<std::string_view> header(std::string_view name) const;
  /// The first value in the query; empty where there is none.
  std::string parameter(std::string_view name) const;
  bool is_read() const { return method == "GET" || method == "HEAD"; }
};

/// Bytes of a file, read while they are sent.
struct FileBody {
  std::shared_ptr<const OpenFile> file;
  std::uint64_t offset = 0, length = 0;
  std::shared_ptr<const void> hold;
};

/// Text that comes bit by bit: waits at most a second for the next piece; empty: nothing yet; nothing: the
/// end.
using StreamBody = std::function<std::optional<std::string>()>;

struct Reply {
  int status = 200;
  std::string type = "application/json";
  Fields headers;
  std::variant<std::string, FileBody, StreamBody> body;
  /// Called once a body of text was sent, or could not be.
  std::function<void()> afterwards = {};
};

enum class RefusalCode {
#define SKALD_REFUSAL(code, http_status, advice) code,
#include "api/refusal.def"
#undef SKALD_REFUSAL
};

/// Why a request goes no further.
struct Refusal {
  RefusalCode code;
  std::string message;
};
/// Nothing, or the reason.
using Admission = tl::expected<void, Refusal>;
tl::unexpected<Refusal> refuse(RefusalCode code, std::string message);
int http_status(RefusalCode code);
std::string_view name(RefusalCode code);
std::string_view advice(RefusalCode code);
/// The row of that HTTP status; BadRequest where there is none.
RefusalCode refusal_of_status(int http_status);

Reply json_reply(const Json& json, int status = 200);
/// A file to be saved under that name.
Reply saved_reply(std::string type, const std::string& name, std::string content);
/// {"error": {"code", "message", "advice", "retry"}} and the fields of `more`, without secrets.
Reply error_reply(const Error& error, const Json& more = Json::object());
Reply error_reply(const Refusal& refusal);

}  // namespace skald::api
