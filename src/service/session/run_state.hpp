// The state of one run while it goes through the stages.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/results.hpp"
#include "pipeline/run_stage.hpp"
#include "platform/process/worker_process.hpp"
#include "service/labels/session_labels.hpp"
#include "service/models/tuning.hpp"
#include "service/session/log.hpp"
#include "service/session/logged_observer.hpp"
#include "service/session/options.hpp"
#include "service/session/recording.hpp"
#include "service/session/run.hpp"
#include "stages/transcribe/transcribe.hpp"
#include "store/store.hpp"

namespace skald {

/// One recording, or one track of it, on its way.
struct Track {
  Recording recording;
  std::string called;           // as its user, or the archive, calls it
  std::string speaker_id = {};  // set for one track per player
  std::string speaker_name = {};
  std::optional<Artifact> audio = {}, heard = {}, turns = {}, words = {};
  double duration = 0;
};

class SessionRun {
 public:
  SessionRun(Store& store, const CheckedOptions& checked, RunObserver& observer, const CancelToken& cancel);

  Status prepare();
  Status decode_all();
  Status listen_all();
  Status diarize_all();
  Status transcribe_all();
  Status assign_words();
  Status classify_segments();
  Result<std::filesystem::path> export_results();

  /// True where --until names `stage` or an earlier one.
  bool ends_after(StageId stage) const;
  Status finish(RunState state);
  /// Removes the run and what no other run needs of what it made. Nothing but this may follow.
  Status forget();
  const SessionResult& result() const { return result_; }
  const std::vector<Track>& tracks() const { return tracks_; }
  Result<Diarization> diarization_of(const Track& track) const;
  /// For `skald classify`: no recording, only a run to hang the artifacts on.
  Result<std::vector<Label>> classify_file(const std::string& segments_jsonl);
  RunLog& log() { return log_; }

 private:
  Status find_or_add_run();
  /// Of each recording one, of an archive all that are in it.
  Status make_tracks();
  Status unpack_tracks(const Recording& archive);
  void name_tracks();
  void start_workers();
  /// Moves the finished folder to its name, which is told to the database first. Returns the name.
  Result<std::filesystem::path> publish(const std::filesystem::path& partial,
                                        const std::filesystem::path& base, const std::string& id);
  StageContext context();
  void plan();
  std::vector<SpeakerRole> told_roles() const;
  /// From 1 on.
  std::size_t track_number(const Track& track) const {
    return static_cast<std::size_t>(&track - tracks_.data()) + 1;
  }
  /// Words by a service; nothing where it failed, which is noted as a fallback.
  Result<std::optional<Artifact>> transcribe_by_service(const Track& track);
  Status transcribe_here();
  /// On a card, and on the CPU where that does not go.
  Status transcribe_by_steps(DeviceProbe& probe, const SpeechTask& task, const CardSupport& support);
  Status transcribe_tracks(const TranscribeInput& input, const std::function<void(int)>& started);
  /// What card and CPU have in common.
  Result<TranscribeInput> input_of(const std::filesystem::path& model, int batch);
  Result<TranscribeInput> input_for_cpu(const std::filesystem::path& model, int batch);
  Result<TranscribeInput> input_for_card(const std::filesystem::path& model, const WhisperStep& step);
  /// Whether all tracks have words by this input already.
  bool has_words(const TranscribeInput& input);
  Result<std::string> classifier_identity();
  Result<SpeechTuning> speech_tuning_of(const std::filesystem::path& model, const std::string& identity);
  struct Classified {
    std::vector<Label> labels;  // one a segment
    std::vector<SpeakerRole> roles;
    std::vector<Fallback> fallbacks;
    ModelUse used;
  };
  /// By the embedded classifier, and over it by the chosen language model.
  Result<Classified> classify_all(const std::vector<Segment>& segments, const std::filesystem::path& file,
                                  const std::string& content, const std::vector<SpeakerRole>& told);
  Result<SessionLabels> label_over(const std::vector<Segment>& segments, const std::string& content,
                                   const Classified& net);
  bool skips(Skippable what) const { return checked_.options.skip.contains(what); }

  Store& store_;
  const CheckedOptions& checked_;
  RunLog log_;
  LoggedObserver observer_;
  const CancelToken& cancel_;
  ProgressMeter meter_;
  std::unique_ptr<ProcessWorkerRunner> workers_;
  std::optional<FileLock> lock_;
  RunRecord run_;
  std::vector<Recording> recordings_;
  std::vector<Artifact> unpacked_;  // archives among them
  std::vector<Track> tracks_;
  SessionResult result_;
  Artifact segments_;
  std::string segments_content_;
  std::string listen_identity_;
  Json figures_ = Json::object();
};

/// Writes segments/<id>/segment_0001_<SPEAKER>.wav and their manifest below `folder`.
Status write_snippets(const SessionResult& result, const std::vector<Track>& tracks,
                      const std::filesystem::path& folder);

}  // namespace skald
