// One piece of audio to a service, with the patience and the limits that services want.
#pragma once
#include <string>

#include "engines/cloud_speech/transcribe.hpp"

namespace skald::cloud_speech {

/// A form as browsers send it (RFC 7578).
struct Form {
  std::string boundary;
  std::string body;
  void add(std::string_view name, std::string_view value);
  void add_file(std::string_view name, std::string_view file, std::string_view type,
                std::string_view content);
  void close();
};

struct Answer {
  bool too_large = false;  // the service takes smaller files only
  std::string body;
};

struct Asking {
  const std::function<Result<http::HttpReply>(const http::HttpRequest&)>& send;
  WaitClock& clock;
  const CancelToken& cancel;
  const std::function<void(std::string_view)>& note;
};

/// The body of a reply with status 200, or that the file is too large. Waits as `retry-after` says, and tries
/// again after failures that pass; at most eight tries and fifteen minutes of waiting in all.
Result<Answer> ask(const Job& job, const std::string& flac, const Asking& with);

}  // namespace skald::cloud_speech
