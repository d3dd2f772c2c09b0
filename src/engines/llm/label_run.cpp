#include "engines/llm/label_run.hpp"

#include <algorithm>
#include <ctime>
#include <set>

#include "domain/classify/company.hpp"
#include "engines/llm/answer.hpp"
#include "engines/llm/chat.hpp"
#include "engines/llm/confidence.hpp"
#include "engines/llm/label_units.hpp"
#include "engines/llm/pacer.hpp"
#include "engines/llm/prompt.hpp"
#include "platform/devices/devices.hpp"

namespace skald::llm {
namespace {

constexpr int kOllamaBatchSegments = 24;      // what a model that fits on a home card answers whole
constexpr int kServiceBatchSegments = 40;     // what a hosted one does
constexpr std::size_t kCallsPerBatch = 12;    // whatever its answers are like
constexpr std::size_t kAskedAlone = 4;        // of a batch
constexpr std::size_t kFruitlessBatches = 3;  // in a row, then the model is given up
constexpr int kLeastContext = 2048, kContextStep = 512;

struct Patience {
  int tries;     // after the first
  double first;  // seconds before the second try; doubles each time
};

Patience patience(LlmFailure failure) {
  switch (failure) {
    case LlmFailure::RateLimited:
      return {6, 2};
    case LlmFailure::Server:
      return {3, 1};
    case LlmFailure::Unreachable:
      return {3, 0.5};
    case LlmFailure::TimedOut:
    case LlmFailure::RunnerDied:
      return {1, 1};
    default:
      return {0, 0};
  }
}

// The cut of a job and the context that all of its batches share: a server loads a model anew when it
// changes.
struct Plan {
  std::vector<Batch> batches;
  int num_ctx = 0;
};

Plan plan_of(const LlmTarget& target, const LlmJob& job) {
  Plan plan{cut(job, batch_size(target, job), target.num_ctx), kLeastContext};
  for (const Batch& batch : plan.batches) plan.num_ctx = std::max(plan.num_ctx, context_needed(job, batch));
  plan.num_ctx = (plan.num_ctx + kContextStep - 1) / kContextStep * kContextStep;
  if (target.num_ctx > 0) plan.num_ctx = std::min(plan.num_ctx, target.num_ctx);
  return plan;
}

std::set<std::size_t> wanted_of(const LlmJob& job) {
  std::set<std::size_t> wanted;
  if (job.wanted.empty())
    for (std::size_t i = 0; i < job.segments.size(); ++i) wanted.insert(i);
  for (const std::size_t i : job.wanted)
    if (i < job.segments.size()) wanted.insert(i);
  return wanted;
}

using Indices = std::vector<std::size_t>;

class Run {
 public:
  Run(const LlmTarget& target, const LlmJob& job, const std::filesystem::path& units, const LlmEvents& events,
      const CancelToken& cancel, const Timing& timing)
      : target_(target),
        job_(job),
        events_(events),
        cancel_(cancel),
        timing_(timing),
        plan_(plan_of(target, job)),
        wanted_(wanted_of(job)),
        units_(units, job),
        pacer_(target, timing),
        chat_(open_chat(target, plan_.num_ctx)),
        company_(job.party, job.roles) {}

  LabelRun go() {
    const double started = timing_.now();
    found_ = wanted_.size() - missing_in({0, job_.segments.size()}).size();
    progress(started);
    for (const Batch& batch : plan_.batches) {
      if (missing_in(batch).empty()) continue;
      run_.stopped = cancel_.cancelled() ? stopped() : label(batch);
      if (run_.stopped) break;
      progress(started);
    }
    return finish(started);
  }

 private:
  Indices missing_in(const Batch& batch) {
    Indices missing;
    for (auto i = wanted_.lower_bound(batch.first); i != wanted_.end() && *i < batch.first + batch.count; ++i)
      if (!units_.labels()[*i]) missing.push_back(*i);
    return missing;
  }

  // Asks for a batch, for what is missing then, and for the last ones alone. Keeps what was got in any case.
  std::optional<LlmError> label(const Batch& batch) {
    const std::size_t before = missing_in(batch).size();
    left_ = kCallsPerBatch;
    auto error = ask(batch, missing_in(batch));
    if (!error) {
      if (const Indices missing = missing_in(batch); !missing.empty()) {
        events_.note(std::to_string(missing.size()) + " of " + std::to_string(before) +
                     " segments had no usable label; asking again");
        error = ask(batch, missing);
      }
    }
    for (const std::size_t i : error ? Indices() : alone(missing_in(batch), before)) {
      error = ask(batch, {i});
      if (error) break;
    }
    const std::size_t got = before - missing_in(batch).size();
    if (got > 0)
      if (const auto written = units_.write(batch); !written) events_.warning(written.error().message);
    fruitless_ = got > 0 ? 0 : fruitless_ + 1;
    if (!error && fruitless_ >= kFruitlessBatches)
      error = LlmError{LlmFailure::BadAnswer,
                       std::to_string(fruitless_) + " batches in a row brought no usable label",
                       {},
                       {},
                       {}};
    return error;
  }

  // The few that are asked for one by one; a single one where the model has understood nothing so far.
  static Indices alone(Indices missing, std::size_t asked) {
    missing.resize(std::min(missing.size(), missing.size() == asked ? std::size_t{1} : kAskedAlone));
    return missing;
  }

  // One question about some segments of a batch; in halves where it is too large.
  std::optional<LlmError> ask(const Batch& batch, const Indices& segments) {
    if (segments.empty() || left_ == 0) return std::nullopt;
    --left_;
    const Prompt prompt = make_prompt(job_, batch, segments,
                                      [&](std::size_t i) -> const std::optional<Label>& { return known(i); });
    const auto completion = call(prompt);
    if (completion) {
      take(batch, prompt, *completion);
      return std::nullopt;
    }
    const LlmFailure failure = completion.error().failure;
    if (failure == LlmFailure::BadAnswer) return std::nullopt;
    if (failure != LlmFailure::TooLarge) return completion.error();
    events_.note("a request was too large; " + completion.error().message);
    if (segments.size() == 1) return std::nullopt;
    const auto middle = segments.begin() + static_cast<std::ptrdiff_t>(segments.size() / 2);
    if (auto error = ask(batch, Indices(segments.begin(), middle))) return error;
    return ask(batch, Indices(middle, segments.end()));
  }

  const std::optional<Label>& known(std::size_t i) {
    const auto& label = units_.labels()[i];
    return label || wanted_.contains(i) ? label : job_.segments[i].label;
  }

  // Sends a question, within the limits, and again after failures that may pass.
  LlmResult<Completion> call(const Prompt& prompt) {
    const std::int64_t tokens =
        tokens_estimated(prompt.system) + tokens_estimated(prompt.user) + answer_tokens(prompt.ids.size());
    for (int failed = 0;; ++failed) {
      if (auto admitted = pacer_.admit(tokens, chat_->rate(), cancel_); !admitted)
        return tl::unexpected(admitted.error());
      const double sent = timing_.now();
      auto completion = chat_->ask(prompt, cancel_);
      run_.service_seconds += timing_.now() - sent;
      if (completion) {
        count(*completion, tokens);
        return completion;
      }
      LlmError error = cancel_.cancelled() ? stopped() : named(completion.error(), target_);
      const Patience more = patience(error.failure);
      const double pause =
          error.retry_after.value_or(more.first * static_cast<double>(1 << std::min(failed, 10)));
      if (error.failure == LlmFailure::RateLimited && pause > kLongestWait)
        error.failure = LlmFailure::QuotaSpent;
      if (failed >= more.tries || error.failure == LlmFailure::QuotaSpent || pause > kLongestWait)
        return tl::unexpected(error);
      events_.note(error.message + "; trying again");
      timing_.wait(pause, cancel_);
      if (cancel_.cancelled()) return tl::unexpected(stopped());
    }
  }

  void count(const Completion& completion, std::int64_t estimated) {
    run_.tokens_in += completion.tokens_in;
    run_.tokens_out += completion.tokens_out;
    const std::int64_t told = completion.tokens_in + completion.tokens_out;
    if (const auto counted = pacer_.used(told > 0 ? told : estimated); !counted)
      events_.warning(counted.error().message);
  }

  void take(const Batch& batch, const Prompt& prompt, const Completion& completion) {
    const Answer answer = parse_answer(completion.text, prompt.ids);
    for (const auto& [id, verdict] : answer.verdicts) {
      const std::size_t i = batch.first + static_cast<std::size_t>(id) - 1;
      units_.labels()[i] = label_for(i, verdict, completion);
      ++found_;
      ++found_now_;
    }
  }

  Label label_for(std::size_t i, const Verdict& verdict, const Completion& completion) const {
    const Segment& segment = job_.segments[i];
    Label label;
    label.classification = verdict.classification;
    label.voice = Voice::OOC_OTHER;
    if (verdict.classification != Classification::OOC)
      label.voice = verdict.voice.value_or(usual_voice(segment));
    const auto measured = label_confidence(completion, verdict.at, verdict.classification);
    label.confidence = measured.value_or(kUnmeasured);
    label.reasoning =
        target_.model + (measured ? ", from the probabilities of its labels" : ", confidence not measured");
    label.backend = target_.service;
    const auto words = classify::tokens(segment.text);
    if (label.voice == Voice::CHARACTER) label.character = company_.character(words, segment.speaker_id);
    if (label.voice == Voice::NPC_DIALOGUE) label.character = company_.announced(words);
    return label;
  }

  Voice usual_voice(const Segment& segment) const {
    for (const SpeakerRole& role : job_.roles)
      if (role.speaker_id == segment.speaker_id && role.role == Role::DM) return Voice::DM_NARRATION;
    return Voice::CHARACTER;
  }

  static LlmError stopped() { return {LlmFailure::Cancelled, "stopped while labelling", {}, {}, {}}; }

  void progress(double started) {
    std::optional<double> remaining;
    if (found_now_ > 0)
      remaining = (timing_.now() - started) / static_cast<double>(found_now_) *
                  static_cast<double>(wanted_.size() - found_);
    events_.progress(found_, wanted_.size(), remaining);
  }

  LabelRun finish(double started) {
    if (const auto written = units_.settle(); !written) events_.warning(written.error().message);
    run_.calls = chat_->requests();
    run_.seconds = timing_.now() - started;
    const std::size_t missing = missing_in({0, job_.segments.size()}).size();
    if (missing > 0 && !run_.stopped)
      run_.stopped = LlmError{LlmFailure::BadAnswer,
                              target_.service + " (" + target_.model + "): " + std::to_string(missing) +
                                  " of " + std::to_string(wanted_.size()) + " segments got no usable label",
                              {},
                              {},
                              {}};
    run_.labels.resize(job_.segments.size());
    for (const std::size_t i : wanted_) run_.labels[i] = units_.labels()[i];
    return std::move(run_);
  }

  const LlmTarget& target_;
  const LlmJob& job_;
  const LlmEvents& events_;
  const CancelToken& cancel_;
  const Timing& timing_;
  Plan plan_;
  std::set<std::size_t> wanted_;
  LabelUnits units_;
  Pacer pacer_;
  std::unique_ptr<ChatService> chat_;
  classify::Company company_;
  LabelRun run_;
  std::size_t found_ = 0, found_now_ = 0;  // labels, and those of this run
  std::size_t left_ = 0;                   // calls that the batch may still take
  std::size_t fruitless_ = 0;
};

}  // namespace

int batch_size(const LlmTarget& target, const LlmJob& job) {
  if (job.batch_segments > 0) return job.batch_segments;
  return target.is_ollama() ? kOllamaBatchSegments : kServiceBatchSegments;
}

Timing Timing::real() {
  Timing timing;
  timing.now = [] { return steady_wait_clock().now(); };
  timing.wait = [](double seconds, const CancelToken& cancel) { steady_wait_clock().wait(seconds, cancel); };
  timing.day = [] {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[16];
    return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d", &utc));
  };
  return timing;
}

LabelRun label_segments(const LlmTarget& target, const LlmJob& job, const std::filesystem::path& units,
                        const LlmEvents& events, const CancelToken& cancel, const Timing& timing) {
  return Run(target, job, units, events, cancel, timing).go();
}

LlmEstimate estimate(const LlmTarget& target, const LlmJob& job, const std::filesystem::path& units,
                     const Timing& timing) {
  const Plan plan = plan_of(target, job);
  const std::set<std::size_t> wanted = wanted_of(job);
  LabelUnits done(units, job);
  LlmEstimate result;
  result.num_ctx = plan.num_ctx;
  for (const Batch& batch : plan.batches) {
    bool missing = false;
    for (std::size_t i = batch.first; i < batch.first + batch.count; ++i)
      missing = missing || (wanted.contains(i) && !done.labels()[i]);
    if (!missing) continue;
    ++result.calls;
    result.tokens += context_needed(job, batch);
  }
  result.tokens_left = Pacer(target, timing).left_today();
  return result;
}

}  // namespace skald::llm
