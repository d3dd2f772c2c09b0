#include "service/jobs/job_progress.hpp"

#include <algorithm>
#include <utility>

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "formats/fields.hpp"

namespace skald {
namespace {

constexpr std::size_t kMostNotes = 50;

}  // namespace

JobProgress::JobProgress() {
  for (const StageInfo& stage : kStages) stages_.push_back({stage.id});
}

StageProgress* JobProgress::stage_of(const Json& event) {
  const auto id = stage_from(text_at(event, "stage"));
  if (!id) return nullptr;
  current_ = id;
  return &*std::find_if(stages_.begin(), stages_.end(),
                        [&](const StageProgress& s) { return s.stage == *id; });
}

void JobProgress::note(std::string_view kind, const Json& event) {
  if (notes_.size() < kMostNotes) notes_.push_back({{"kind", kind}, {"text", text_at(event, "text")}});
}

JobProgress::News JobProgress::take(std::string_view line) {
  const auto event = parse_outside_json(line, "event");
  const std::string kind = event ? text_at(*event, "event") : std::string();
  if (kind.empty()) {
    if (!trim(line).empty()) plain_ = without_secrets(repair_utf8(trim(line)));
    return News::None;
  }
  if (kind == "progress") {
    const auto before = current_;
    StageProgress* now = stage_of(*event);
    if (now == nullptr) return News::None;
    now->state = "running";
    now->share = get_or(*event, "share", 0.0);
    remaining_ = number_at(*event, "remaining_seconds");
    return before == current_ ? News::Little : News::Much;
  }
  if (kind == "stage_done") {
    StageProgress* done = stage_of(*event);
    if (done == nullptr) return News::None;
    done->state = get_or(*event, "reused", false) ? "reused" : "done";
    done->share = 1;
    done->seconds += get_or(*event, "seconds", 0.0);
    return News::Much;
  }
  if (kind == "segments") {
    hear(*event);
    return News::None;
  }
  if (kind == "fallback") {
    const std::string text = text_at(*event, "text");
    fallbacks_.push_back({{"stage", text.substr(0, text.find(':'))}, {"message", text}});
  } else if (kind == "failed") {
    error_ = Json{{"code", text_at(*event, "code")},
                  {"message", text_at(*event, "message")},
                  {"advice", text_at(*event, "advice")}};
  } else if (kind == "note" || kind == "warning") {
    note(kind, *event);
  } else {
    return News::None;
  }
  return News::Much;
}

// A track that begins anew, as after a worker that died, takes the place of what was heard of it.
void JobProgress::hear(const Json& event) {
  const auto track = get_or(event, "track", std::size_t{1});
  const auto segments = event.find("segments");
  if (segments == event.end() || !segments->is_array()) return;
  if (get_or(event, "unit", std::size_t{0}) == 0 &&
      std::erase_if(heard_, [&](const Heard& h) { return h.track == track; }) > 0)
    told_ = 0;
  for (const Json& segment : *segments) heard_.push_back({track, segment});
}

Json JobProgress::segments(std::size_t from) const {
  Json list = Json::array();
  for (std::size_t i = from; i < heard_.size(); ++i) list.push_back(heard_[i].segment);
  return list;
}

std::optional<Json> JobProgress::new_segments() {
  if (told_ == heard_.size()) return std::nullopt;
  const std::size_t from = std::exchange(told_, heard_.size());
  return Json{{"from", from}, {"segments", segments(from)}};
}

void JobProgress::end() {
  for (StageProgress& stage : stages_)
    if (stage.state == "running") stage.state = "waiting";
  remaining_.reset();
}

std::optional<Json> JobProgress::error() const {
  if (error_ || plain_.empty()) return error_;
  return Json{{"code", name(ErrorCode::Internal)}, {"message", plain_}, {"advice", ""}};
}

Json JobProgress::json() const {
  Json stages = Json::array();
  double share = 0;
  for (const StageProgress& stage : stages_) {
    if (stage.stage == current_) share = stage.share;
    stages.push_back({{"name", info(stage.stage).name},
                      {"state", stage.state},
                      {"share", stage.share},
                      {"seconds", stage.seconds}});
  }
  return {{"stage", current_ ? Json(info(*current_).name) : Json(nullptr)},
          {"share", share},
          {"stages", std::move(stages)},
          {"remaining_seconds", remaining_ ? Json(*remaining_) : Json(nullptr)},
          {"fallbacks", fallbacks_},
          {"notes", notes_}};
}

}  // namespace skald
