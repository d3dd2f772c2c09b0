// The HTTP server: sockets, threads and limits. What it answers is in routes.hpp.
#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "api/ending.hpp"
#include "base/result.hpp"
#include "pipeline/ports.hpp"

namespace skald::api {

struct ServeOptions {
  std::string host = "127.0.0.1";
  int port = 7860;  // 0: any that is free
  std::filesystem::path home;
  std::string version;
};

/// Whether the address belongs to this machine alone.
bool is_loopback(const std::string& host);

class Server {
 public:
  /// Listens and answers, on threads of its own. Usage: not an address of this machine alone. Unavailable:
  /// the port is taken. `cancel` outlives the server.
  static Result<std::unique_ptr<Server>> start(const ServeOptions& options, const CancelToken& cancel);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Stops, and waits for requests that are being answered.
  ~Server();

  /// http://127.0.0.1:7860/
  const std::string& url() const;
  int port() const;
  /// What a request has asked for, once its reply was sent.
  Ending asked_ending() const;
  /// Takes no more requests and ends event streams and connections. False: a request still lasts after that
  /// time.
  bool stop(std::chrono::milliseconds patience);

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace skald::api
