#include "service/jobs/job_progress.hpp"

#include <algorithm>

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
  segment_.reset();
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
  if (kind == "segment") {
    segment_ = *event;
    segment_->erase("event");
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
