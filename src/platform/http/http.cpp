#include "platform/http/http.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "base/text.hpp"
#include "platform/http/address.hpp"

namespace skald::http {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(started);
}

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// One exchange under way: what the callbacks of curl fill in.
struct Exchange {
  explicit Exchange(const HttpRequest& asked) : request(asked) {}

  const HttpRequest& request;
  HttpReply reply;
  std::size_t header_bytes = 0;
  bool too_large = false;
  bool forbidden = false;
  Clock::time_point started = Clock::now();
  Clock::time_point moved = started;  // when the last byte went or came
  curl_off_t sent = 0;

  void moving() { moved = Clock::now(); }
};

constexpr std::size_t kMaxHeaders = 256U << 10;

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::size_t bytes = size * count;
  exchange.moving();
  if (exchange.reply.body.size() + bytes > exchange.request.max_body) {
    exchange.too_large = true;
    return 0;
  }
  exchange.reply.body.append(data, bytes);
  return bytes;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::size_t bytes = size * count;
  const std::string_view line(data, bytes);
  exchange.moving();
  exchange.header_bytes += bytes;
  if (exchange.header_bytes > kMaxHeaders) {
    exchange.too_large = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) exchange.reply.headers.clear();  // after "100 Continue" or a proxy's answer
  const auto colon = line.find(':');
  if (colon != std::string_view::npos)
    exchange.reply.headers.emplace_back(ascii_lower(trim(line.substr(0, colon))),
                                        trim(line.substr(colon + 1)));
  return bytes;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (sent != exchange.sent) {
    exchange.sent = sent;
    exchange.moving();
  }
  return 0;
}

curl_socket_t on_open(void* user, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (judge(&address->addr, static_cast<socklen_t>(address->addrlen), exchange.request.address_policy) ==
      Allowed::No) {
    exchange.forbidden = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::string seconds_text(milliseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g s", std::chrono::duration<double>(time).count());
  return text;
}

HttpError forbidden(const HttpRequest& request) {
  return {Failure::Forbidden, shown(request.url) + " leads to an address that Skald does not connect to" +
                                  (request.address_policy == AddressPolicy::LoopbackOnly
                                       ? " (only this machine itself is allowed)"
                                       : " (of the local link, or of a cloud's metadata)")};
}

HttpError explain(CURLcode code, const Exchange& exchange) {
  const HttpRequest& request = exchange.request;
  const std::string where = shown(request.url);
  if (exchange.forbidden) return forbidden(request);
  if (exchange.too_large)
    return {Failure::TooLarge, where + " sent more than " + std::to_string(request.max_body) + " bytes"};
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {Failure::BadUrl, "'" + where + "' is no address of a service (http:// or https://)"};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Failure::NameUnknown, "the name of " + where + " is not known"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Failure::NameUnknown, "the name of the proxy for " + where + " is not known"};
    case CURLE_COULDNT_CONNECT:
      return {Failure::Refused, "nothing answers at " + where + " (connection refused or no way there)"};
    case CURLE_OPERATION_TIMEDOUT:
      return {Failure::TimedOut,
              where + " could not be reached within " + seconds_text(request.timeouts.connect)};
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return {Failure::CutOff, where + " cut the connection before its answer was complete"};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      return {Failure::Tls, "no secure connection to " + where + ": " + curl_easy_strerror(code)};
    default:
      return {Failure::Other, "talking to " + where + " failed: " + curl_easy_strerror(code)};
  }
}

std::string without_breaks(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return text;
}

std::unique_ptr<curl_slist, FreeList> header_list(const HttpRequest& request) {
  curl_slist* list = nullptr;
  const auto add = [&](const std::string& line) { list = curl_slist_append(list, line.c_str()); };
  for (const auto& [name, value] : request.headers)
    add(without_breaks(std::string(name).append(": ").append(value)));
  if (!request.key.empty()) add(without_breaks("Authorization: Bearer " + request.key));
  add("Expect:");  // some servers never answer to "100-continue"
  return std::unique_ptr<curl_slist, FreeList>(list);
}

void configure(CURL* easy, Exchange& exchange, curl_slist* headers) {
  const HttpRequest& request = exchange.request;
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(easy, option, value); };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTPHEADER, headers);
  set(CURLOPT_USERAGENT, "skald");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // a slow name server does not hold up a cancellation
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.timeouts.connect.count()));
  set(CURLOPT_WRITEFUNCTION, on_body);
  set(CURLOPT_WRITEDATA, &exchange);
  set(CURLOPT_HEADERFUNCTION, on_header);
  set(CURLOPT_HEADERDATA, &exchange);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, on_progress);
  set(CURLOPT_XFERINFODATA, &exchange);
  set(CURLOPT_OPENSOCKETFUNCTION, on_open);
  set(CURLOPT_OPENSOCKETDATA, &exchange);
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (host_of(request.url) == Host::ThisMachine) set(CURLOPT_PROXY, "");
  // A connection that was opened under the wider policy is not used under the narrow one.
  if (request.address_policy == AddressPolicy::LoopbackOnly) set(CURLOPT_FRESH_CONNECT, 1L);
  if (request.method == "HEAD") set(CURLOPT_NOBODY, 1L);
  if (!request.body.empty() || request.method == "POST") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
  }
  if (request.method != "HEAD") set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

// What has run out, if anything has.
std::optional<HttpError> out_of_time(const Exchange& exchange, const CancelToken& cancel) {
  const Timeouts& limits = exchange.request.timeouts;
  const auto now = Clock::now();
  if (cancel.cancelled()) return HttpError{Failure::Cancelled, "stopped"};
  if (limits.total.count() > 0 && now - exchange.started > limits.total)
    return HttpError{Failure::TimedOut, shown(exchange.request.url) + " took longer than " +
                                            seconds_text(limits.total) + " to answer"};
  if (limits.idle.count() > 0 && now - exchange.moved > limits.idle)
    return HttpError{Failure::TimedOut,
                     shown(exchange.request.url) + " was silent for " + seconds_text(limits.idle)};
  return std::nullopt;
}

}  // namespace

struct Client::Connections {
  CURLM* multi = curl_multi_init();
  ~Connections() { curl_multi_cleanup(multi); }

  tl::expected<void, HttpError> perform(CURL* easy, Exchange& exchange, const CancelToken& cancel) {
    curl_multi_add_handle(multi, easy);
    const auto outcome = wait(exchange, cancel);
    curl_multi_remove_handle(multi, easy);
    return outcome;
  }

 private:
  tl::expected<void, HttpError> wait(Exchange& exchange, const CancelToken& cancel) {
    int running = 1;
    while (true) {
      curl_multi_perform(multi, &running);
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        if (message->data.result != CURLE_OK) return tl::unexpected(explain(message->data.result, exchange));
        return {};
      }
      if (auto error = out_of_time(exchange, cancel)) return tl::unexpected(std::move(*error));
      curl_multi_poll(multi, nullptr, 0, 50, nullptr);
    }
  }
};

Client::Client() {
  start_curl();
  connections_ = std::make_unique<Connections>();
}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

tl::expected<HttpReply, HttpError> Client::exchange(const HttpRequest& request, const CancelToken& cancel) {
  const std::string host = host_in(request.url);
  if (host.empty())
    return tl::unexpected(HttpError{
        Failure::BadUrl, "'" + shown(request.url) + "' is no address of a service (http:// or https://)"});
  if (judge_host(host, request.address_policy) == Allowed::No) return tl::unexpected(forbidden(request));
  const std::unique_ptr<CURL, FreeEasy> easy(curl_easy_init());
  if (!easy) return tl::unexpected(HttpError{Failure::Other, "libcurl could not be started"});
  const auto headers = header_list(request);
  Exchange exchange(request);
  configure(easy.get(), exchange, headers.get());
  if (const auto done = connections_->perform(easy.get(), exchange, cancel); !done)
    return tl::unexpected(done.error());
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  exchange.reply.status = static_cast<int>(status);
  return std::move(exchange.reply);
}

std::string_view HttpReply::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

Error to_error(const HttpError& error) {
  switch (error.failure) {
    case Failure::Cancelled:
      return {ErrorCode::Cancelled, error.message, {}};
    case Failure::BadUrl:
    case Failure::Forbidden:
      return {ErrorCode::InvalidConfig, error.message, "Correct the address of the service in the settings."};
    default:
      return {ErrorCode::Unavailable, error.message, {}};
  }
}

Result<HttpReply> send(const HttpRequest& request, const CancelToken& cancel) {
  Client client;
  auto reply = client.exchange(request, cancel);
  if (!reply) return tl::unexpected(to_error(reply.error()));
  return std::move(*reply);
}

std::string shown(std::string_view url) {
  const auto scheme = url.find("://");
  const std::size_t start = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#\\", start), url.size());
  std::string_view authority = url.substr(start, end - start);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  return repair_utf8(std::string(url.substr(0, start)) + std::string(authority));
}

Host host_of(std::string_view url) {
  const std::string host = host_in(std::string(url));
  if (host == "localhost" || host.ends_with(".localhost") || host == "0.0.0.0" || host == "::")
    return Host::ThisMachine;
  const bool numeric =
      host.find_first_not_of("0123456789.") == std::string::npos || host.find(':') != std::string::npos;
  return !host.empty() && numeric && judge_host(host, AddressPolicy::LoopbackOnly) == Allowed::Yes
             ? Host::ThisMachine
             : Host::Another;
}

std::string join(std::string_view base, std::string_view path) {
  while (base.ends_with('/')) base.remove_suffix(1);
  while (path.starts_with('/')) path.remove_prefix(1);
  return std::string(base) + "/" + std::string(path);
}

}  // namespace skald::http
