// Speech to words by a service that speaks OpenAI's /audio/transcriptions (Groq, OpenAI).
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "domain/types.hpp"
#include "engines/whisper/chunks.hpp"
#include "pipeline/memory/broker.hpp"
#include "platform/http/http.hpp"

namespace skald::cloud_speech {

struct Service {
  std::string name;      // "groq", "openai"
  std::string base_url;  // "https://api.groq.com/openai/v1"
  std::string key;
  std::string model;
};

struct Job {
  Service service;
  std::filesystem::path audio;         // audio.wav of the decode stage
  std::vector<Span> speech;            // what the listen stage found
  std::vector<std::string> languages;  // one: told to the service; several: it finds out, piece by piece
  std::string hotwords;                // names, as the service's prompt
  std::filesystem::path units;         // finished pieces; survives a kill
  std::filesystem::path output;        // folder for words.json
  Seconds longest{0};                  // of a piece; 0: by the number of languages
};

using FlacMaker =
    std::function<Status(const std::filesystem::path& audio, const std::vector<whisper::Piece>& stretches,
                         const std::filesystem::path& target)>;

struct Surroundings {
  FlacMaker make_flac;
  std::function<Result<http::HttpReply>(const http::HttpRequest&)> send;
  WaitClock& clock;
  const CancelToken& cancel;
  std::function<void(double share)> progress = [](double) {};
  std::function<void(std::string_view)> note = [](std::string_view) {};
};

/// Sends the speech in pieces that are cut at pauses and stay below what services take, and writes
/// words.json. Finished pieces are kept in `units`, so that a later run goes on with the missing ones. A
/// piece that is too large for the service is cut further. Errors: Unavailable, with what the service said,
/// once trying again is no help (the number of tries is bounded); InvalidConfig for a key that it does not
/// take; Cancelled.
Status transcribe(const Job& job, const Surroundings& with);

}  // namespace skald::cloud_speech
