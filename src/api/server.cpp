#include "api/server.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#include "api/peer.hpp"
#include "api/routes.hpp"
#include "api/threads.hpp"

namespace skald::api {
namespace {

constexpr std::size_t kMostConnections = 128;
constexpr int kPatienceSeconds = 5;  // with a client that sends or takes nothing
constexpr std::size_t kPiece = 65'536;

// The library's own pool lets a burst of connections wait behind event streams that never end.
class ConnectionQueue : public httplib::TaskQueue {
 public:
  bool enqueue(std::function<void()> job) override { return threads_.run(std::move(job)); }
  void shutdown() override { threads_.end(); }

 private:
  Threads threads_{kMostConnections};
};

Request request_from(const httplib::Request& from) {
  Request request{from.method, from.target, from.path, {}, {}};
  for (const auto& [name, value] : from.params) request.query.emplace_back(name, value);
  for (const auto& [name, value] : from.headers) request.headers.emplace_back(name, value);
  request.gone = from.is_connection_closed;
  request.peer_owner = [there = Place{from.remote_addr, from.remote_port},
                        here = Place{from.local_addr, from.local_port}] {
    return connection_owner(there, here);
  };
  return request;
}

bool send_piece(const FileBody& file, std::size_t offset, std::size_t length, httplib::DataSink& sink) {
  std::array<char, kPiece> piece;
  const ssize_t read = ::pread(file.file->fd.get(), piece.data(), std::min(length, piece.size()),
                               static_cast<off_t>(file.offset + offset));
  return read > 0 && sink.write(piece.data(), static_cast<std::size_t>(read));
}

bool send_next(const StreamBody& next, httplib::DataSink& sink) {
  const auto text = next();
  if (!text) {
    sink.done();
    return true;
  }
  return sink.is_writable() && (text->empty() || sink.write(text->data(), text->size()));
}

// The library tells when a body was sent only of one that it asks for.
void set_content(std::string text, const std::string& type, std::function<void()> afterwards,
                 httplib::Response& to) {
  const std::size_t length = text.size();
  to.set_content_provider(
      length, type,
      [text = std::move(text)](std::size_t offset, std::size_t left, httplib::DataSink& sink) {
        return sink.write(text.data() + offset, left);
      },
      [afterwards = std::move(afterwards)](bool) { afterwards(); });
}

void put(Reply reply, httplib::Response& to) {
  to.status = reply.status;
  for (const auto& [name, value] : reply.headers) {
    to.headers.erase(name);  // what every reply has, a reply may have in a form of its own
    to.set_header(name, value);
  }
  if (!to.has_header("Accept-Ranges")) to.set_header("Accept-Ranges", "none");
  if (auto* text = std::get_if<std::string>(&reply.body)) {
    if (reply.afterwards)
      set_content(std::move(*text), reply.type, std::move(reply.afterwards), to);
    else if (!text->empty())
      to.set_content(std::move(*text), reply.type);
  } else if (auto* file = std::get_if<FileBody>(&reply.body)) {
    const auto length = static_cast<std::size_t>(file->length);
    to.set_content_provider(length, reply.type,
                            [file = *file](std::size_t offset, std::size_t left, httplib::DataSink& sink) {
                              return send_piece(file, offset, left, sink);
                            });
  } else if (auto* stream = std::get_if<StreamBody>(&reply.body)) {
    to.set_chunked_content_provider(
        reply.type, [next = *stream](std::size_t, httplib::DataSink& sink) { return send_next(next, sink); });
  }
}

// What the library refuses by itself, before there is a request.
Reply library_reply(int status) {
  const RefusalCode code = refusal_of_status(status);
  const std::string_view what = code == RefusalCode::TooLarge ? "the request is too large"
                                : code == RefusalCode::AddressTooLong
                                    ? "the address in the request is too long"
                                : code == RefusalCode::RangeNotSatisfiable ? "the Range header cannot be read"
                                : code == RefusalCode::Failed              ? "the request failed"
                                                                           : "the request cannot be read";
  return error_reply(Refusal{code, std::string(what)});
}

tl::unexpected<Error> cannot_listen(int error, const ServeOptions& options) {
  const std::string place = options.host + ", port " + std::to_string(options.port);
  if (error == EADDRINUSE)
    return fail(ErrorCode::Unavailable, "port " + std::to_string(options.port) + " is in use already",
                "Another `skald serve` may run; or choose another port with --port.");
  return fail(error == EACCES ? ErrorCode::Permission : ErrorCode::Unavailable,
              "cannot listen on " + place + ": " + std::strerror(error), "Choose another --port or --host.");
}

// Local port of a socket; 0 for anything else.
int local_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return 0;
}

// Ends all connections to our port; who waits for a slow client on one is woken. The library does not name
// them.
void end_connections(int port) {
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return;
  while (const dirent* entry = ::readdir(folder)) {
    const int fd = std::atoi(entry->d_name);
    if (fd > 2 && local_port(fd) == port) ::shutdown(fd, SHUT_RDWR);
  }
  ::closedir(folder);
}

}  // namespace

bool is_loopback(const std::string& host) {
  in_addr four{};
  in6_addr six{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  if (::inet_pton(AF_INET6, host.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six);
  return false;
}

struct Server::Parts {
  std::unique_ptr<Context> context;
  httplib::Server http;
  std::string url;
  int port = 0;
  std::thread listening;
  std::mutex mutex;
  std::condition_variable ended_changed;
  bool ended = false;

  void set_up();
  void handle(const httplib::Request& from, httplib::Response& to, const httplib::ContentReader* body);
  Status bind(const ServeOptions& options);
  void listen();
};

void Server::Parts::handle(const httplib::Request& from, httplib::Response& to,
                           const httplib::ContentReader* body) {
  Request request = request_from(from);
  bool rest = from.get_header_value_u64("Content-Length") > context->gate.most_piece;
  if (body != nullptr) {
    request.read_body = [&](const Request::Take& take) {
      rest = !(*body)([&](const char* bytes, std::size_t count) { return take({bytes, count}); });
      return !rest;
    };
    request.read_form = [&](const std::function<bool(const std::string&)>& part, const Request::Take& take) {
      if (!from.is_multipart_form_data()) return false;
      rest = !(*body)([&](const httplib::FormData& field) { return part(field.name); },
                      [&](const char* bytes, std::size_t count) { return take({bytes, count}); });
      return !rest;
    };
  }
  put(answer(*context, request), to);
  // What is left of the body would be taken for the next request; the library reads it where it is small.
  if (rest) to.set_header("Connection", "close");
  // The reply is already the part that was asked for; the library would cut it a second time. The request is
  // its own object, which it made itself and hands out as const.
  const_cast<httplib::Request&>(from).ranges.clear();
}

void Server::Parts::set_up() {
  http.new_task_queue = [] { return new ConnectionQueue(); };
  http.set_read_timeout(kPatienceSeconds);
  http.set_write_timeout(kPatienceSeconds);
  http.set_keep_alive_timeout(kPatienceSeconds);
  http.set_keep_alive_max_count(1000);
  http.set_payload_max_length(static_cast<std::size_t>(context->gate.most_form));
  http.set_tcp_nodelay(true);
  // Not SO_REUSEPORT, which would let two servers share a port without a word.
  http.set_socket_options([](socket_t sock) {
    const int yes = 1;
    (void)::setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  httplib::Headers strict;
  for (const auto& [name, value] : strict_headers()) strict.emplace(name, value);
  http.set_default_headers(strict);
  // The library hands out a way to read the body to these four, and only where nobody handled the request
  // before. What is refused is not read.
  const auto with_body = [this](const httplib::Request& from, httplib::Response& to,
                                const httplib::ContentReader& body) { handle(from, to, &body); };
  constexpr const char* any_path = R"([\s\S]*)";
  http.Post(any_path, with_body);
  http.Put(any_path, with_body);
  http.Patch(any_path, with_body);
  http.Delete(any_path, with_body);
  http.set_pre_routing_handler([this](const httplib::Request& from, httplib::Response& to) {
    if (from.method == "POST" || from.method == "PUT" || from.method == "PATCH" || from.method == "DELETE")
      return httplib::Server::HandlerResponse::Unhandled;
    handle(from, to, nullptr);
    return httplib::Server::HandlerResponse::Handled;
  });
  http.set_error_handler([](const httplib::Request&, httplib::Response& to) {
    if (!to.body.empty()) return;
    put(library_reply(to.status), to);
  });
  http.set_exception_handler([](const httplib::Request&, httplib::Response& to, const std::exception_ptr&) {
    put(library_reply(500), to);
  });
}

Status Server::Parts::bind(const ServeOptions& options) {
  errno = 0;
  port = options.port;
  if (options.port == 0)
    port = http.bind_to_any_port(options.host);
  else if (!http.bind_to_port(options.host, options.port))
    port = -1;
  if (port <= 0) return cannot_listen(errno, options);
  const bool six = options.host.find(':') != std::string::npos;
  url = "http://" + (six ? "[" + options.host + "]" : options.host) + ":" + std::to_string(port) + "/";
  context->gate.host = options.host;
  context->gate.port = port;
  return {};
}

void Server::Parts::listen() {
  http.listen_after_bind();
  {
    const std::lock_guard lock(mutex);
    ended = true;
  }
  ended_changed.notify_all();
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Server>> Server::start(const ServeOptions& options, const CancelToken& cancel) {
  ServeOptions chosen = options;
  if (chosen.host == "localhost") chosen.host = "127.0.0.1";
  if (!is_loopback(chosen.host))
    return fail(ErrorCode::Usage, "'" + options.host + "' is not an address of this machine alone",
                "Another address needs a password, which this version does not offer; leave --host out.");
  if (chosen.port < 0 || chosen.port > 65535)
    return fail(ErrorCode::Usage, "--port must be from 0 to 65535, not " + std::to_string(chosen.port));
  auto parts = std::make_unique<Parts>();
  parts->context = TRY(Context::open(chosen.home, chosen.version, cancel));
  parts->set_up();
  TRY_VOID(parts->bind(chosen));
  Parts* running = parts.get();
  parts->listening = std::thread([running] { running->listen(); });
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::~Server() {
  while (!stop(std::chrono::seconds(1))) {
  }
  parts_->listening.join();
}

const std::string& Server::url() const {
  return parts_->url;
}

Ending Server::asked_ending() const {
  return parts_->context->ending;
}

int Server::port() const {
  return parts_->port;
}

bool Server::stop(std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  parts_->context->close();
  parts_->http.stop();
  std::unique_lock lock(parts_->mutex);
  // Again and again, as a connection may have been on its way.
  while (!parts_->ended && std::chrono::steady_clock::now() < end) {
    end_connections(parts_->port);
    parts_->ended_changed.wait_for(lock, std::chrono::milliseconds(50));
  }
  return parts_->ended;
}

}  // namespace skald::api
