// HTTP to the services that the user has chosen: one request, one reply, everything bounded.
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "pipeline/ports.hpp"

namespace skald::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// 0 stands for no limit.
struct Timeouts {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds idle{60'000};    // without a single byte in either direction
  std::chrono::milliseconds total{600'000};  // of the whole exchange
};

/// Which addresses may be connected to, checked on the address itself, after names are resolved. Those of the
/// local link and of the metadata services of clouds are refused under either.
enum class AddressPolicy { Service, LoopbackOnly };

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http or https
  Headers headers;
  std::string key;  // sent as "Authorization: Bearer"; never in a message
  std::string body;
  Timeouts timeouts;
  std::size_t max_body = 64U << 20;  // bytes of the reply
  AddressPolicy address_policy = AddressPolicy::Service;
};

struct HttpReply {
  int status = 0;
  Headers headers;  // names in lower case
  std::string body;

  /// The value of a header, its name in lower case; empty where it is missing.
  std::string_view header(std::string_view name) const;
};

enum class Failure {
  Refused,
  NameUnknown,
  TimedOut,
  CutOff,
  Forbidden,
  BadUrl,
  Tls,
  TooLarge,
  Cancelled,
  Other
};

struct HttpError {
  Failure failure = Failure::Other;
  std::string message;  // one plain sentence that names the host, never a secret
};

/// Connections to services. They are kept between requests, so that one costs a single round trip. Proxies of
/// the environment are used as curl does, but never for this machine itself. Redirects are not followed: a
/// reply of 3xx is a reply. For one thread.
class Client {
 public:
  Client();
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// Sends a request and waits for the whole reply, whatever its status. Ends within a second of a
  /// cancellation.
  tl::expected<HttpReply, HttpError> exchange(const HttpRequest& request, const CancelToken& cancel);

 private:
  struct Connections;
  std::unique_ptr<Connections> connections_;
};

/// One exchange on a connection of its own. Errors: Unavailable; Cancelled; InvalidConfig for an address that
/// is none or may not be connected to.
Result<HttpReply> send(const HttpRequest& request, const CancelToken& cancel);

/// The error of this program for a failure of HTTP.
Error to_error(const HttpError& error);

/// "https://host:port" of an address, without user, path and query: fit to be shown.
std::string shown(std::string_view url);

/// Where an address leads by its text alone: this machine ("localhost", 127.0.0.1, [::1]) or another.
enum class Host { ThisMachine, Another };
Host host_of(std::string_view url);

/// Adds a path to the address of a service, whatever slashes they have.
std::string join(std::string_view base, std::string_view path);

}  // namespace skald::http
