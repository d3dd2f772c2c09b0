#include "engines/llm/label_units.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "formats/fields.hpp"
#include "formats/party.hpp"
#include "formats/segments.hpp"
#include "platform/worker/units.hpp"

namespace skald::llm {
namespace fs = std::filesystem;

std::string job_identity(const LlmJob& job) {
  Sha256 hash;
  const auto add = [&](const Json& json) { hash.update(to_line(json) + "\n"); };
  for (const Segment& s : job.segments)
    add({s.span.start.value, s.span.end.value, s.text, s.speaker_id, s.speaker_name, s.language});
  add(job.party ? to_json(*job.party) : Json(nullptr));
  add(to_json(job.roles));
  add({job.context.max_segments, job.context.past_seconds, job.context.future_seconds});
  return hash.hex();
}

LabelUnits::LabelUnits(fs::path folder, const LlmJob& job)
    : folder_(std::move(folder)), identity_(job_identity(job)), labels_(job.segments.size()) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder_, error))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const auto json = read_json_file(file);
    if (!json || text_at(*json, "job") != identity_ || !json->contains("labels") ||
        !json->at("labels").is_array())
      continue;
    const auto first = number_at(*json, "first"), end = number_at(*json, "end");
    if (!first || !end || *first < 0 || *end < *first || *end > static_cast<double>(labels_.size())) continue;
    ends_[static_cast<std::size_t>(*first)] = static_cast<std::size_t>(*end);
    for (const Json& row : json->at("labels")) {
      const auto segment = number_at(row, "segment");
      auto label = label_from_json(row);
      if (segment && label && *segment >= 0 && *segment < static_cast<double>(labels_.size()))
        labels_[static_cast<std::size_t>(*segment)] = std::move(*label);
    }
  }
}

Status LabelUnits::write(const Batch& batch) {
  TRY_VOID(settle());
  TRY_VOID(make_directories(folder_));
  std::size_t& end = ends_[batch.first];
  end = std::max(end, batch.first + batch.count);
  Json list = Json::array();
  for (std::size_t i = batch.first; i < end; ++i) {
    if (!labels_[i]) continue;
    Json row = {{"segment", i}};
    row.update(to_json(*labels_[i]));
    list.push_back(std::move(row));
  }
  const Json unit = {{"job", identity_}, {"first", batch.first}, {"end", end}, {"labels", std::move(list)}};
  writing_ = std::async(std::launch::async, [file = unit_file(folder_, batch.first), text = to_line(unit)] {
    return write_file_atomic(file, text);
  });
  return {};
}

Status LabelUnits::settle() {
  return writing_.valid() ? writing_.get() : Status();
}

}  // namespace skald::llm
