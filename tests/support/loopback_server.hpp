// An HTTP server on 127.0.0.1 that answers as a test says: well, badly, slowly or not at all.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace skald::testing {

struct Heard {
  std::string method, path, body;
  std::map<std::string, std::string> headers;  // names in lower case
  int connection = 0;                          // which one it came on, from 0
};

enum class Manner {
  Whole,
  Silent,     // reads, and never answers
  CutBefore,  // reads, and closes without a byte
  CutInside,  // closes in the middle of the body
  Drip        // a byte of the body every 20 ms
};

struct Answer {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  Manner manner = Manner::Whole;
  int delay_ms = 0;  // before the first byte
};

class LoopbackServer {
 public:
  using Handler = std::function<Answer(const Heard&)>;

  /// Listens on a free port; the handler is called by one thread at a time.
  explicit LoopbackServer(Handler handler);
  /// Listens on `host` ("127.0.0.1", "::1").
  LoopbackServer(const std::string& host, Handler handler);
  ~LoopbackServer();

  std::string url() const;
  int port() const { return port_; }
  std::vector<Heard> heard();
  /// Waits until so many requests have come.
  void wait_for(std::size_t requests);
  int connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int socket, int number);
  bool read_request(int socket, std::string& pending, Heard& heard) const;
  bool reply(int socket, const Answer& answer);
  bool pause(int milliseconds);

  Handler handler_;
  std::string host_;
  int port_ = 0;
  int listener_ = -1;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::vector<Heard> heard_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// A port on 127.0.0.1 that nobody listens on.
int unused_port();

}  // namespace skald::testing
