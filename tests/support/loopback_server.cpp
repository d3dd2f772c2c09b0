#include "support/loopback_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace skald::testing {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

int listen_on(const std::string& host, int& port) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_in);
  auto* four = reinterpret_cast<sockaddr_in*>(&storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&storage);
  if (host.find(':') == std::string::npos) {
    four->sin_family = AF_INET;
    inet_pton(AF_INET, host.c_str(), &four->sin_addr);
  } else {
    six->sin6_family = AF_INET6;
    inet_pton(AF_INET6, host.c_str(), &six->sin6_addr);
    size = sizeof(sockaddr_in6);
  }
  const int socket = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0 || ::bind(socket, reinterpret_cast<sockaddr*>(&storage), size) != 0 ||
      ::listen(socket, 64) != 0) {
    if (socket >= 0) ::close(socket);
    throw std::runtime_error("cannot listen on " + host);
  }
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size);
  port = ntohs(storage.ss_family == AF_INET ? four->sin_port : six->sin6_port);
  return socket;
}

}  // namespace

LoopbackServer::LoopbackServer(Handler handler) : LoopbackServer("127.0.0.1", std::move(handler)) {}

LoopbackServer::LoopbackServer(const std::string& host, Handler handler)
    : handler_(std::move(handler)), host_(host), listener_(listen_on(host, port_)) {
  acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  }
  changed_.notify_all();
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
}

std::string LoopbackServer::url() const {
  const bool six = host_.find(':') != std::string::npos;
  return "http://" + (six ? "[" + host_ + "]" : host_) + ":" + std::to_string(port_);
}

std::vector<Heard> LoopbackServer::heard() {
  const std::lock_guard lock(mutex_);
  return heard_;
}

void LoopbackServer::wait_for(std::size_t requests) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return heard_.size() >= requests; });
}

void LoopbackServer::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      ::close(socket);
      return;
    }
    open_.push_back(socket);
    threads_.emplace_back([this, socket, number = connections_++] { serve(socket, number); });
  }
}

void LoopbackServer::serve(int socket, int number) {
  std::string pending;
  Heard heard;
  heard.connection = number;
  while (read_request(socket, pending, heard)) {
    Answer answer;
    {
      const std::lock_guard lock(mutex_);
      heard_.push_back(heard);
      answer = handler_(heard);
    }
    changed_.notify_all();
    if (!reply(socket, answer)) break;
  }
  const std::lock_guard lock(mutex_);
  open_.erase(std::find(open_.begin(), open_.end(), socket));
  ::close(socket);
}

bool LoopbackServer::read_request(int socket, std::string& pending, Heard& heard) const {
  const auto more = [&] {
    char block[16384];
    const ssize_t got = ::recv(socket, block, sizeof block, 0);
    if (got > 0) pending.append(block, static_cast<std::size_t>(got));
    return got > 0;
  };
  std::size_t end = 0;
  while ((end = pending.find("\r\n\r\n")) == std::string::npos)
    if (!more()) return false;
  const std::string head = pending.substr(0, end + 2);
  pending.erase(0, end + 4);
  heard.method = head.substr(0, head.find(' '));
  const std::size_t path = heard.method.size() + 1;
  heard.path = head.substr(path, head.find(' ', path) - path);
  heard.headers.clear();
  for (std::size_t line = head.find("\r\n") + 2; line < head.size();) {
    const std::size_t next = head.find("\r\n", line);
    const std::size_t colon = head.find(": ", line);
    if (colon < next)
      heard.headers[lower(head.substr(line, colon - line))] = head.substr(colon + 2, next - colon - 2);
    line = next + 2;
  }
  const auto length = heard.headers.find("content-length");
  const std::size_t size =
      length == heard.headers.end() ? 0 : std::strtoul(length->second.c_str(), nullptr, 10);
  while (pending.size() < size)
    if (!more()) return false;
  heard.body = pending.substr(0, size);
  pending.erase(0, size);
  return true;
}

bool LoopbackServer::pause(int milliseconds) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, std::chrono::milliseconds(milliseconds), [&] { return stopping_; });
}

bool LoopbackServer::reply(int socket, const Answer& answer) {
  if (answer.manner == Manner::CutBefore) return false;
  if (answer.manner == Manner::Silent) {
    char byte = 0;
    while (::recv(socket, &byte, 1, 0) > 0) {
    }
    return false;
  }
  if (answer.delay_ms > 0 && !pause(answer.delay_ms)) return false;
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " Status\r\n";
  for (const auto& [name, value] : answer.headers) head += name + ": " + value + "\r\n";
  head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n";
  // In one write: the second of two would wait for the other side's acknowledgement.
  if (answer.manner == Manner::Whole) return write_all(socket, head + answer.body);
  if (!write_all(socket, head)) return false;
  if (answer.manner == Manner::CutInside) {
    write_all(socket, std::string_view(answer.body).substr(0, answer.body.size() / 2));
    return false;
  }
  if (answer.manner == Manner::Drip) {
    for (const char byte : answer.body)
      if (!write_all(socket, {&byte, 1}) || !pause(20)) return false;
  }
  return true;
}

int unused_port() {
  int port = 0;
  ::close(listen_on("127.0.0.1", port));
  return port;
}

}  // namespace skald::testing
