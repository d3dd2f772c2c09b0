// How far a run of `skald process --progress json` is, as its events tell.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/json.hpp"
#include "pipeline/stage.hpp"

namespace skald {

struct StageProgress {
  StageId stage = StageId::Decode;
  std::string state = "waiting";  // "running", "done", "reused" (kept from an earlier run)
  double share = 0;
  double seconds = 0;  // that it took
};

class JobProgress {
 public:
  JobProgress();
  /// Worth telling at once, or only now and then.
  enum class News { None, Little, Much };
  /// Takes in one line of standard error; one that is no event is kept as the reason of a failure.
  News take(std::string_view line);
  /// The run has ended: nothing runs any more.
  void end();

  /// {"stage", "share", "stages", "remaining_seconds", "fallbacks", "notes", "error"}
  Json json() const;
  std::optional<Json> error() const;
  /// What has been written down so far, from a number on, in the order in which it was told.
  Json segments(std::size_t from = 0) const;
  /// {"from", "segments"}: what came since the last call, and its number. Where less is known than before, as
  /// after a new beginning, all of it, from 0 on.
  std::optional<Json> new_segments();

 private:
  StageProgress* stage_of(const Json& event);
  void note(std::string_view kind, const Json& event);
  void hear(const Json& event);
  std::vector<StageProgress> stages_;
  std::optional<StageId> current_;
  std::optional<double> remaining_;
  Json fallbacks_ = Json::array(), notes_ = Json::array();
  std::optional<Json> error_;
  struct Heard {
    std::size_t track = 1;
    Json segment;
  };
  std::vector<Heard> heard_;
  std::size_t told_ = 0;  // of heard_
  std::string plain_;
};

}  // namespace skald
