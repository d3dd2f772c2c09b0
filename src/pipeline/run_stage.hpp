// Runs one stage: reuses its artifact where one is there, else makes it under a lease and commits it.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "pipeline/ports.hpp"
#include "pipeline/progress.hpp"
#include "pipeline/stage.hpp"

namespace skald {

/// What every stage of a run shares.
struct StageContext {
  ArtifactStore& artifacts;
  WorkerRunner& workers;
  ProgressMeter& progress;
  RunObserver& observer;
  const CancelToken& cancel;
  std::function<Status(const std::string& key)> uses;  // tells the store that this run needs the artifact
  std::function<bool(StageId)> redo;                   // --fresh, --from
  std::function<void(StageId, std::string_view name, double value)> metric;
  std::function<void(int pid)> started = [](int) {};  // a worker of this stage
  /// A unit of this stage is in that folder, now or from an earlier run.
  std::function<void(const std::filesystem::path& units, std::size_t index)> unit =
      [](const std::filesystem::path&, std::size_t) {};
};

/// Part: more of the same stage follows, which tells its end itself.
enum class StageEnd { Whole, Part };

struct StageRequest {
  StageId stage;
  Json parameters;                  // everything that the result depends on, besides the inputs
  std::vector<std::string> inputs;  // keys or content hashes
  std::function<Status(const Lease&)> make;
  StageEnd end = StageEnd::Whole;
};

Result<Artifact> run_stage(StageContext& context, const StageRequest& request);

/// Makes the lease's output by a worker; a worker that is killed is started once more, and goes on from its
/// units.
Status run_worker_job(StageContext& context, StageId stage, std::string_view worker, Json job,
                      const Lease& lease, double from_share = 0, double to_share = 1);

}  // namespace skald
