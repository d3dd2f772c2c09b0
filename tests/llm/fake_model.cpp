#include "llm/fake_model.hpp"

#include <cmath>

namespace skald::llm {
namespace {

// The line of the prompt that begins with a name, as JSON.
Json section(const Heard& heard, const std::string& name) {
  const auto body = parse_json(heard.body, "request");
  if (!body) return nullptr;
  const std::string user = body->at("messages").at(1).at("content");
  const std::string mark = name + ": ";
  const std::size_t at = user.starts_with(mark) ? 0 : user.find("\n" + mark);
  if (at == std::string::npos) return nullptr;
  const std::size_t start = at + mark.size() + (at == 0 && user.starts_with(mark) ? 0 : 1);
  const auto json = parse_json(user.substr(start, user.find('\n', start) - start), "prompt");
  return json ? *json : Json(nullptr);
}

// Tokens of at most four letters; those that begin a label tell the others.
Json logprobs_of(const std::string& text) {
  Json tokens = Json::array();
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = std::isalpha(static_cast<unsigned char>(text[i])) != 0 ? 2 : 1;
    Json token = {
        {"token", text.substr(i, length)}, {"logprob", std::log(0.8)}, {"top_logprobs", Json::array()}};
    const auto add = [&](const std::string& other, double p) {
      token["top_logprobs"].push_back({{"token", other}, {"logprob", std::log(p)}});
    };
    add(text.substr(i, length), 0.8);
    for (const char* other : {"IC", "OO", "MI", "zz"})
      if (text.substr(i, length) != other) add(other, 0.1);
    tokens.push_back(token);
    i += length;
  }
  return tokens;
}

}  // namespace

std::vector<std::pair<int, std::string>> asked_in(const Heard& heard) {
  std::vector<std::pair<int, std::string>> asked;
  const Json these = section(heard, "label_these");
  if (these.is_array())
    for (const Json& row : these)
      if (row.contains("id")) asked.emplace_back(row.at("id").get<int>(), row.at("text").get<std::string>());
  return asked;
}

std::string label_in(const std::string& text) {
  const std::size_t mark = text.rfind('#');
  return mark == std::string::npos ? "OOC" : text.substr(mark + 1);
}

Json labels_for(const Heard& heard) {
  Json labels = Json::object();
  for (const auto& [id, text] : asked_in(heard)) labels[std::to_string(id)] = label_in(text);
  return labels;
}

std::string all_labels_for(const Heard& heard) {
  return to_line(labels_for(heard));
}

Answer plain_answer(int status, const std::string& body) {
  Answer answer;
  answer.status = status;
  answer.body = body;
  return answer;
}

Answer with_header(Answer answer, const char* name, const char* value) {
  answer.headers.emplace_back(name, value);
  return answer;
}

Answer ollama_answer(const std::string& text, Logprobs logprobs) {
  // In two parts, as a stream comes.
  const std::size_t middle = text.size() / 2;
  const auto line = [](const std::string& part) {
    return Json{{"model", "tiny"}, {"message", {{"role", "assistant"}, {"content", part}}}, {"done", false}};
  };
  Json first = line(text.substr(0, middle)), second = line(text.substr(middle));
  if (logprobs == Logprobs::Yes) first["logprobs"] = logprobs_of(text);
  const Json end = {{"message", {{"role", "assistant"}, {"content", ""}}},
                    {"done", true},
                    {"done_reason", "stop"},
                    {"prompt_eval_count", 900},
                    {"eval_count", 100}};
  return plain_answer(200, to_line(first) + "\n" + to_line(second) + "\n" + to_line(end) + "\n");
}

Answer openai_answer(const std::string& text, Logprobs logprobs) {
  Json choice = {
      {"index", 0}, {"message", {{"role", "assistant"}, {"content", text}}}, {"finish_reason", "stop"}};
  if (logprobs == Logprobs::Yes) choice["logprobs"] = {{"content", logprobs_of(text)}};
  return plain_answer(200, to_line(Json{{"object", "chat.completion"},
                                        {"choices", Json::array({choice})},
                                        {"usage", {{"prompt_tokens", 900}, {"completion_tokens", 100}}}}));
}

std::string expected_label(std::size_t i) {
  return i % 3 == 0 ? "OOC" : "IC_CHARACTER";
}

LlmJob session(std::size_t segments) {
  LlmJob job;
  for (std::size_t i = 0; i < segments; ++i) {
    Segment segment;
    segment.span = {{5.0 * static_cast<double>(i)}, {5.0 * static_cast<double>(i) + 4}};
    segment.text = "Words of segment " + std::to_string(i) + " #" + expected_label(i);
    segment.speaker_id = i % 2 == 0 ? "SPEAKER_00" : "SPEAKER_01";
    segment.speaker_name = i % 2 == 0 ? "Anna" : "Bram";
    segment.language = "en";
    job.segments.push_back(segment);
  }
  job.party = Party{"table",    "The Table", "Anna",
                    "Deepwood", "",          {{"Korrel", "Bram", "gnome", "rogue", "", {"Kor"}}}};
  job.roles = {{"SPEAKER_00", "Anna", Role::DM, "", SpeakerRole::Origin::Told, 1},
               {"SPEAKER_01", "Bram", Role::Player, "Korrel", SpeakerRole::Origin::Told, 1}};
  return job;
}

Timing FakeTime::timing() {
  Timing timing;
  timing.now = [this] { return now; };
  timing.wait = [this](double seconds, const CancelToken&) {
    now += seconds;
    waited += seconds;
    waits.push_back(seconds);
  };
  timing.day = [this] { return day; };
  return timing;
}

LabelRun run_with(const LlmTarget& target, const LlmJob& job, FakeTime& time,
                  const std::filesystem::path& units) {
  return label_segments(target, job, units, LlmEvents{}, CancelToken{}, time.timing());
}

std::size_t labelled(const LabelRun& run) {
  std::size_t count = 0;
  for (const auto& label : run.labels) count += label ? 1 : 0;
  return count;
}

LlmTarget ollama_at(const std::string& url) {
  LlmTarget target;
  target.service = "ollama";
  target.base_url = url;
  target.model = "tiny";
  return target;
}

LlmTarget openai_at(const std::string& url) {
  LlmTarget target = ollama_at(url + "/v1");
  target.service = "groq";
  target.key = "gsk_canary_12345";
  return target;
}

}  // namespace skald::llm
