#include "engines/llm/prompt.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "engines/llm/guideline.hpp"

namespace skald::llm {
namespace {

constexpr std::size_t kMaxText = 1200;       // bytes of one segment: enough to tell what it is
constexpr std::size_t kMaxBatchText = 9000;  // bytes of a batch
constexpr std::size_t kMaxPartyText = 400;   // bytes of one description
constexpr std::size_t kLineOverhead = 90;    // bytes of JSON around a segment's text
constexpr std::array<const char*, 7> kLabels = {
    "OOC", "IC_CHARACTER", "IC_NARRATION", "IC_NPC", "MIXED_CHARACTER", "MIXED_NARRATION", "MIXED_NPC"};

std::string shortened(std::string_view text, std::size_t bytes) {
  std::string whole = repair_utf8(trim(text));
  if (whole.size() <= bytes) return whole;
  return std::string(front_of(whole, bytes)) + " ...";
}

// Most of the speech decides; what is not known counts as English.
PromptLanguage language_of(const LlmJob& job) {
  double dutch = 0, other = 0;
  for (const Segment& segment : job.segments)
    (segment.language == "nl" ? dutch : other) += segment.span.length().value;
  return dutch > other ? PromptLanguage::Dutch : PromptLanguage::English;
}

const SpeakerRole* role_of(const LlmJob& job, const Segment& segment) {
  for (const SpeakerRole& role : job.roles)
    if (role.speaker_id == segment.speaker_id) return &role;
  return nullptr;
}

std::string speaker_of(const LlmJob& job, const Segment& segment) {
  const SpeakerRole* role = role_of(job, segment);
  if (role != nullptr && !role->name.empty()) return role->name;
  return segment.speaker_name.empty() ? segment.speaker_id : segment.speaker_name;
}

Json party_json(const Party& party) {
  Json characters = Json::array();
  for (const Character& c : party.characters) {
    Json row = {{"character", c.name}};
    const auto add = [&](const char* key, const std::string& value) {
      if (!value.empty()) row[key] = shortened(value, kMaxPartyText);
    };
    add("player", c.player);
    add("race", c.race);
    add("class", c.class_name);
    add("about", c.description);
    if (!c.aliases.empty()) row["also_called"] = c.aliases;
    characters.push_back(std::move(row));
  }
  Json json = {{"characters", std::move(characters)}};
  if (!party.dm_name.empty()) json["game_master"] = party.dm_name;
  if (!party.campaign.empty()) json["campaign"] = party.campaign;
  if (!party.notes.empty()) json["notes"] = shortened(party.notes, kMaxPartyText);
  return json;
}

Json speakers_json(const LlmJob& job) {
  Json list = Json::array();
  for (const SpeakerRole& role : job.roles) {
    Json row = {{"speaker", role.name.empty() ? role.speaker_id : role.name}};
    if (role.role != Role::Unknown) row["role"] = role.role == Role::DM ? "game master" : "player";
    if (!role.character.empty()) row["plays"] = role.character;
    list.push_back(std::move(row));
  }
  return list;
}

Json line(const LlmJob& job, std::size_t i) {
  const Segment& segment = job.segments[i];
  return {{"speaker", speaker_of(job, segment)}, {"text", shortened(segment.text, kMaxText)}};
}

std::size_t bytes_of(const LlmJob& job, std::size_t i) {
  return std::min(job.segments[i].text.size(), kMaxText) + kLineOverhead;
}

struct Around {
  std::size_t first = 0;  // of what comes before
  std::size_t end = 0;    // behind what comes after
};

// Neighbours of a batch within the configured seconds, two thirds of the configured number before it.
Around around(const LlmJob& job, const Batch& batch) {
  const ContextWindow& window = job.context;
  const std::size_t last = batch.first + batch.count;
  const auto before = static_cast<std::size_t>(window.max_segments - window.max_segments / 3);
  const auto after = static_cast<std::size_t>(window.max_segments / 3);
  Around result{batch.first, last};
  const double start = job.segments[batch.first].span.start.value - window.past_seconds;
  const double stop = job.segments[last - 1].span.end.value + window.future_seconds;
  while (result.first > 0 && batch.first - result.first < before &&
         job.segments[result.first - 1].span.end.value >= start)
    --result.first;
  while (result.end < job.segments.size() && result.end - last < after &&
         job.segments[result.end].span.start.value <= stop)
    ++result.end;
  return result;
}

std::size_t fixed_bytes(const LlmJob& job) {
  std::size_t bytes = guideline(language_of(job)).size() + to_line(speakers_json(job)).size() + 400;
  if (job.party) bytes += to_line(party_json(*job.party)).size();
  return bytes;
}

int tokens_for(std::size_t bytes) {
  return static_cast<int>(bytes * 10 / 26) + 32;
}

}  // namespace

int tokens_estimated(std::string_view text) {
  return tokens_for(text.size());
}

int answer_tokens(std::size_t labels) {
  return static_cast<int>(labels) * 16 + 64;
}

int context_needed(const LlmJob& job, const Batch& batch) {
  const Around context = around(job, batch);
  std::size_t bytes = fixed_bytes(job);
  for (std::size_t i = context.first; i < context.end; ++i) bytes += bytes_of(job, i);
  return tokens_for(bytes) + answer_tokens(batch.count);
}

std::vector<Batch> cut(const LlmJob& job, int batch_segments, int num_ctx) {
  std::vector<Batch> batches;
  const auto most = static_cast<std::size_t>(std::max(1, batch_segments));
  Batch open;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < job.segments.size(); ++i) {
    const std::size_t more = bytes_of(job, i);
    const Batch grown{open.first, open.count + 1};
    const bool full = open.count > 0 && (open.count >= most || bytes + more > kMaxBatchText ||
                                         (num_ctx > 0 && context_needed(job, grown) > num_ctx));
    if (full) {
      batches.push_back(open);
      open = {i, 0};
      bytes = 0;
    }
    ++open.count;
    bytes += more;
  }
  if (open.count > 0) batches.push_back(open);
  return batches;
}

std::string prompt_label(const Label& label) {
  if (label.classification == Classification::OOC) return "OOC";
  const std::string_view voice = label.voice == Voice::DM_NARRATION   ? "_NARRATION"
                                 : label.voice == Voice::NPC_DIALOGUE ? "_NPC"
                                                                      : "_CHARACTER";
  return std::string(to_string(label.classification)) + std::string(voice);
}

Prompt make_prompt(const LlmJob& job, const Batch& batch, std::span<const std::size_t> ask,
                   const KnownLabel& known) {
  Prompt prompt;
  prompt.system = guideline(language_of(job));
  const Around context = around(job, batch);
  Json before = Json::array(), these = Json::array(), after = Json::array();
  Json properties = Json::object(), required = Json::array();
  const auto shown = [&](std::size_t i) {
    Json row = line(job, i);
    if (const std::optional<Label>& label = known(i)) row["label"] = prompt_label(*label);
    return row;
  };
  for (std::size_t i = context.first; i < batch.first; ++i) before.push_back(shown(i));
  for (std::size_t i = batch.first; i < batch.first + batch.count; ++i) {
    if (std::find(ask.begin(), ask.end(), i) == ask.end()) {
      these.push_back(shown(i));
      continue;
    }
    const int id = static_cast<int>(i - batch.first) + 1;
    Json row = {{"id", id}};
    row.update(line(job, i));
    these.push_back(std::move(row));
    prompt.ids.push_back(id);
    properties[std::to_string(id)] = {{"type", "string"}, {"enum", kLabels}};
    required.push_back(std::to_string(id));
  }
  for (std::size_t i = batch.first + batch.count; i < context.end; ++i) after.push_back(line(job, i));
  prompt.schema = {{"type", "object"},
                   {"properties", std::move(properties)},
                   {"required", std::move(required)},
                   {"additionalProperties", false}};
  const auto add = [&](std::string_view name, const Json& json) {
    if (!json.empty()) prompt.user += std::string(name) + ": " + to_line(json) + "\n";
  };
  if (job.party) add("party", party_json(*job.party));
  add("speakers", speakers_json(job));
  add("before", before);
  add("label_these", these);
  add("after", after);
  return prompt;
}

}  // namespace skald::llm
