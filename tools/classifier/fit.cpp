#include "classifier/fit.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <thread>

#include "classifier/minimize.hpp"
#include "domain/classify/company.hpp"
#include "domain/classify/labeller.hpp"

namespace skald::training {
namespace {

using classify::Columns;
using classify::Context;
using classify::Head;
using classify::kColumns;
using classify::kSurface;
using classify::Question;
using classify::Surface;

constexpr double kPenalty = 1.0 / 3;     // over the number of examples: weight of half the squared weights
constexpr double kHiddenShare = 0.3;     // of an example's weight, where roles and names are hidden
constexpr float kNeighbourScale = 0.4F;  // a neighbour's embedding against the own one
constexpr double kFlowShare = 0.5;       // neighbours' labels are known from their texts in part already
constexpr std::size_t kSteps = 100;
constexpr double kTolerance = 2e-5;
constexpr std::size_t kLeastLines = 3, kLeastTables = 2;  // that a word must occur in
constexpr std::size_t kParts = 8;  // sums are made in this many parts, whatever the threads
constexpr std::size_t kVotes = 3 * kColumns;

// One line as the regression sees it.
struct Example {
  const float* embedding = nullptr;
  std::ptrdiff_t before = -1, after = -1;  // examples of the same scene
  Surface told{}, hidden{};
  std::vector<std::pair<std::size_t, float>> words;
  std::array<int, 3> answers{-1, -1, -1};  // per question; -1: not asked
};

constexpr std::size_t kLeads = classify::kLeader.first;  // the column of DM, beside that of players
constexpr std::array<Question, 3> kQuestions = {classify::kLabel, classify::kVoice, classify::kLeader};

// Words of several tables: names of one table's people and places stay out.
void choose_words(Head& head, std::span<const Table* const> tables) {
  struct Use {
    std::size_t lines = 0;
    std::set<const Table*> tables;
  };
  std::map<std::string, Use> uses;
  std::size_t lines = 0;
  for (const Table* table : tables)
    for (const auto& said : table->talk) {
      ++lines;
      std::set<std::string> present;
      for (const auto& token : classify::tokens(said.text)) present.insert(token.lower);
      for (const std::string& word : present) {
        ++uses[word].lines;
        uses[word].tables.insert(table);
      }
    }
  for (const auto& [word, use] : uses) {
    if (use.lines < kLeastLines || use.tables.size() < kLeastTables || word.size() > 100) continue;
    head.words.push_back(word);
    head.rarity.push_back(
        static_cast<float>(std::log(static_cast<double>(lines) / static_cast<double>(use.lines))));
  }
}

// Mean 0 and the same spread for every number; all numbers of an embedding together have length 1, about.
void choose_scale(Head& head, std::span<const Table* const> tables, std::size_t numbers) {
  std::vector<double> sum(numbers), squares(numbers);
  double lines = 0;
  for (const Table* table : tables) {
    lines += static_cast<double>(table->talk.size());
    for (std::size_t i = 0; i < table->embeddings.size(); ++i) {
      const double value = table->embeddings[i];
      sum[i % numbers] += value;
      squares[i % numbers] += value * value;
    }
  }
  for (std::size_t i = 0; i < numbers; ++i) {
    const double mean = sum[i] / lines;
    const double spread = std::sqrt(std::max(0.0, squares[i] / lines - mean * mean)) + 1e-6;
    head.mean.push_back(static_cast<float>(mean));
    head.scale.push_back(static_cast<float>(1 / (spread * std::sqrt(static_cast<double>(numbers)))));
  }
}

std::array<int, 3> answers(const Truth& truth, Role role) {
  const int voice = truth.voice == Voice::CHARACTER ? 0 : truth.voice == Voice::DM_NARRATION ? 1 : 2;
  return {static_cast<int>(truth.label), truth.label == Classification::OOC ? -1 : voice,
          role == Role::DM ? 0 : 1};
}

class Regression {
 public:
  Regression(Head& head, std::span<const Table* const> tables, const FitOptions& options)
      : head_(head), options_(options) {
    for (const Table* table : tables) add(*table);
    const std::size_t numbers = head.size();
    scaled_.resize(examples_.size() * numbers);
    for (std::size_t e = 0; e < examples_.size(); ++e)
      for (std::size_t i = 0; i < numbers; ++i)
        scaled_[e * numbers + i] = (examples_[e].embedding[i] - head.mean[i]) * head.scale[i];
  }

  void run() {
    std::vector<double> x(size(), 0);
    minimize([this](std::span<const double> at, std::span<double> gradient) { return loss(at, gradient); }, x,
             kSteps, kTolerance);
    store(x);
  }

 private:
  // Parameters: embedding [numbers x 24], words [words x 8], surface [12 x 8], bias [8].
  std::size_t words_at() const { return head_.size() * kVotes; }
  std::size_t surface_at() const { return words_at() + head_.words.size() * kColumns; }
  std::size_t bias_at() const { return surface_at() + kSurface * kColumns; }
  std::size_t size() const { return bias_at() + kColumns; }

  void add(const Table& table) {
    const classify::Company company(table.party, table.told);
    const auto roles = classify::role_of_each(table.told, table.talk);
    const std::vector<Role> nobody(roles.size(), Role::Unknown);
    const auto first = static_cast<std::ptrdiff_t>(examples_.size());
    for (std::size_t i = 0; i < table.talk.size(); ++i) {
      Example e;
      e.embedding = table.embeddings.data() + i * head_.size();
      const auto mentions = company.mentions(classify::tokens(table.talk[i].text), table.talk[i].speaker);
      e.told = classify::surface(table.talk, i, roles, mentions, options_.context);
      e.hidden = classify::surface(table.talk, i, nobody, {}, options_.context);
      e.words = head_.word_shares(table.talk[i].text);
      e.answers = answers(table.truth[i], roles[i]);
      const auto here = first + static_cast<std::ptrdiff_t>(i);
      if (options_.context == Context::Around) {
        if (i > 0 && table.talk[i - 1].scene == table.talk[i].scene) e.before = here - 1;
        if (i + 1 < table.talk.size() && table.talk[i + 1].scene == table.talk[i].scene) e.after = here + 1;
      }
      examples_.push_back(std::move(e));
    }
  }

  // Runs work(part, first, last) over kParts ranges of examples.
  template <typename Work>
  void in_parts(const Work& work) const {
    const auto range = [&](std::size_t part) { return examples_.size() * part / kParts; };
    const std::size_t threads = std::clamp<std::size_t>(options_.threads, 1, kParts);
    const auto run = [&](std::size_t thread) {
      for (std::size_t part = thread; part < kParts; part += threads)
        work(part, range(part), range(part + 1));
    };
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < threads; ++t) others.emplace_back(run, t);
    run(0);
  }

  double loss(std::span<const double> x, std::span<double> gradient) const {
    const std::vector<float> weights(x.begin(), x.end());
    std::vector<std::array<float, kVotes>> votes(examples_.size()), pull(examples_.size());
    in_parts([&](std::size_t, std::size_t first, std::size_t last) {
      for (std::size_t e = first; e < last; ++e) votes[e] = embedding_votes(weights, e);
    });
    std::vector<Columns> told(examples_.size()), hidden(examples_.size());
    std::vector<double> losses(kParts, 0);
    in_parts([&](std::size_t part, std::size_t first, std::size_t last) {
      for (std::size_t e = first; e < last; ++e)
        losses[part] += errors(x, weights, votes, e, told[e], hidden[e]);
    });
    for (std::size_t e = 0; e < examples_.size(); ++e)
      for (std::size_t c = 0; c < kColumns; ++c) {
        const float both = told[e][c] + hidden[e][c];
        pull[e][c] += both;
        if (examples_[e].before >= 0) pull[examples_[e].before][kColumns + c] += kNeighbourScale * both;
        if (examples_[e].after >= 0) pull[examples_[e].after][2 * kColumns + c] += kNeighbourScale * both;
      }
    std::vector<std::vector<double>> parts(kParts, std::vector<double>(size(), 0));
    in_parts([&](std::size_t part, std::size_t first, std::size_t last) {
      std::vector<float> dense(words_at(), 0);
      for (std::size_t e = first; e < last; ++e) pull_embedding(dense, pull[e], e);
      std::copy(dense.begin(), dense.end(), parts[part].begin());
      for (std::size_t e = first; e < last; ++e) pull_rest(parts[part], told[e], hidden[e], e);
    });
    return finish(x, gradient, losses, parts);
  }

  double finish(std::span<const double> x, std::span<double> gradient, const std::vector<double>& losses,
                const std::vector<std::vector<double>>& parts) const {
    const auto n = static_cast<double>(examples_.size());
    double value = 0;
    for (const double part : losses) value += part / n;
    for (std::size_t i = 0; i < x.size(); ++i) {
      double sum = 0;
      for (const auto& part : parts) sum += part[i];
      const bool is_bias = i >= bias_at();
      gradient[i] = sum / n + (is_bias ? 0 : kPenalty / n * x[i]);
      if (!is_bias) value += kPenalty / n * x[i] * x[i] / 2;
    }
    return value;
  }

  std::array<float, kVotes> embedding_votes(const std::vector<float>& weights, std::size_t e) const {
    std::array<float, kVotes> sum{};
    const float* x = scaled_.data() + e * head_.size();
    for (std::size_t i = 0; i < head_.size(); ++i)
      for (std::size_t c = 0; c < kVotes; ++c) sum[c] += x[i] * weights[i * kVotes + c];
    return sum;
  }

  void pull_embedding(std::vector<float>& dense, const std::array<float, kVotes>& pull, std::size_t e) const {
    const float* x = scaled_.data() + e * head_.size();
    for (std::size_t i = 0; i < head_.size(); ++i)
      for (std::size_t c = 0; c < kVotes; ++c) dense[i * kVotes + c] += x[i] * pull[c];
  }

  void pull_rest(std::vector<double>& part, const Columns& told, const Columns& hidden, std::size_t e) const {
    const Example& example = examples_[e];
    for (std::size_t c = 0; c < kColumns; ++c) {
      part[bias_at() + c] += told[c] + hidden[c];
      for (std::size_t s = 0; s < kSurface; ++s)
        part[surface_at() + s * kColumns + c] += told[c] * example.told[s] + hidden[c] * example.hidden[s];
      for (const auto& [word, share] : example.words)
        part[words_at() + word * kColumns + c] += (told[c] + hidden[c]) * share;
    }
  }

  // The loss of one example, and how far each column is off, with roles and names told and hidden.
  double errors(std::span<const double> x, const std::vector<float>& weights,
                const std::vector<std::array<float, kVotes>>& votes, std::size_t e, Columns& told,
                Columns& hidden) const {
    const Example& example = examples_[e];
    Columns base{};
    for (std::size_t c = 0; c < kColumns; ++c) {
      base[c] = static_cast<float>(x[bias_at() + c]) + votes[e][c];
      if (example.before >= 0)
        base[c] += kNeighbourScale * votes[static_cast<std::size_t>(example.before)][kColumns + c];
      if (example.after >= 0)
        base[c] += kNeighbourScale * votes[static_cast<std::size_t>(example.after)][2 * kColumns + c];
      for (const auto& [word, share] : example.words)
        base[c] += share * weights[words_at() + word * kColumns + c];
    }
    double loss = 0;
    for (const bool is_told : {true, false}) {
      Columns row = base;
      const Surface& s = is_told ? example.told : example.hidden;
      for (std::size_t k = 0; k < kSurface; ++k)
        for (std::size_t c = 0; c < kColumns; ++c) row[c] += s[k] * weights[surface_at() + k * kColumns + c];
      for (std::size_t q = 0; q < kQuestions.size(); ++q) {
        if (example.answers[q] < 0) continue;
        const bool asks_leader = kQuestions[q].first == classify::kLeader.first;
        const double weight = asks_leader ? (is_told ? 0 : 1) : (is_told ? 1 - kHiddenShare : kHiddenShare);
        const auto p = classify::softmax(row, kQuestions[q]);
        const auto answer = static_cast<std::size_t>(example.answers[q]);
        loss -= weight * std::log(std::max(p[answer], 1e-300));
        for (std::size_t k = 0; k < kQuestions[q].count; ++k)
          (is_told ? told : hidden)[kQuestions[q].first + k] =
              static_cast<float>(weight * (p[k] - (k == answer ? 1 : 0)));
      }
    }
    return loss;
  }

  // Logarithm of how many lines leaders say for each line of a player: without it the votes tell how much
  // more likely a leader says such a line, whatever part of the evening leaders speak.
  float share_of_leaders() const {
    double leaders = 1, players = 1;
    for (const Example& example : examples_) (example.answers[2] == 0 ? leaders : players) += 1;
    return static_cast<float>(std::log(leaders / players));
  }

  void store(const std::vector<double>& x) {
    const auto columns = [&](std::size_t at, double scale) {
      Columns row{};
      for (std::size_t c = 0; c < kColumns; ++c) row[c] = static_cast<float>(scale * x[at + c]);
      return row;
    };
    const bool around = options_.context == Context::Around;
    for (std::size_t i = 0; i < head_.size(); ++i) {
      head_.own.push_back(columns(i * kVotes, 1));
      head_.for_next.push_back(columns(i * kVotes + kColumns, around ? kNeighbourScale : 0));
      head_.for_previous.push_back(columns(i * kVotes + 2 * kColumns, around ? kNeighbourScale : 0));
    }
    for (std::size_t w = 0; w < head_.words.size(); ++w)
      head_.word_weights.push_back(columns(words_at() + w * kColumns, 1));
    for (std::size_t s = 0; s < kSurface; ++s) head_.surface[s] = columns(surface_at() + s * kColumns, 1);
    head_.bias = columns(bias_at(), 1);
    head_.bias[kLeads] -= share_of_leaders();
  }

  Head& head_;
  const FitOptions& options_;
  std::vector<Example> examples_;
  std::vector<float> scaled_;
};

// How much likelier a label is after another than by its own share, as a logarithm, half of it.
void fit_flow(Head& head, std::span<const Table* const> tables) {
  classify::Flow pairs{};
  for (auto& row : pairs) row.fill(1);
  for (const Table* table : tables)
    for (std::size_t i = 1; i < table->talk.size(); ++i)
      if (table->talk[i - 1].scene == table->talk[i].scene)
        ++pairs[static_cast<std::size_t>(table->truth[i - 1].label)]
               [static_cast<std::size_t>(table->truth[i].label)];
  std::array<double, 3> before{}, after{};
  double all = 0;
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) before[a] += pairs[a][b], after[b] += pairs[a][b], all += pairs[a][b];
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b)
      head.chain.flow[a][b] = kFlowShare * std::log(pairs[a][b] * all / (before[a] * after[b]));
}

}  // namespace

Head fit_head(std::span<const Table* const> tables, const FitOptions& options) {
  Head head;
  head.layers = options.layers;
  const Table& any = *tables.front();
  choose_scale(head, tables, any.embeddings.size() / any.talk.size());
  choose_words(head, tables);
  Regression(head, tables, options).run();
  if (options.context == Context::Around) fit_flow(head, tables);
  return head;
}

void fit_calibration(Head& head, std::span<const classify::Probabilities> probabilities,
                     std::span<const Classification> truth) {
  constexpr double penalty = 1e-3;  // towards slope 1 and offset 0
  const auto n = static_cast<double>(truth.size());
  const auto loss = [&](std::span<const double> x, std::span<double> gradient) {
    classify::LabelChain trial;
    for (std::size_t k = 0; k < 3; ++k) trial.slope[k] = x[k], trial.offset[k] = x[3 + k];
    std::fill(gradient.begin(), gradient.end(), 0.0);
    double value = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const auto p = classify::calibrate(trial, probabilities[i]);
      const auto right = static_cast<std::size_t>(truth[i]);
      value -= std::log(std::max(p[right], 1e-300)) / n;
      for (std::size_t k = 0; k < 3; ++k) {
        const double off = (p[k] - (k == right ? 1 : 0)) / n;
        gradient[k] += off * std::log(std::max(probabilities[i][k], 1e-12));
        gradient[3 + k] += off;
      }
    }
    for (std::size_t k = 0; k < 6; ++k) {
      const double away = x[k] - (k < 3 ? 1 : 0);
      value += penalty * away * away / 2;
      gradient[k] += penalty * away;
    }
    return value;
  };
  std::vector<double> x = {1, 1, 1, 0, 0, 0};
  minimize(loss, x, 200, 1e-8);
  for (std::size_t k = 0; k < 3; ++k) head.chain.slope[k] = x[k], head.chain.offset[k] = x[3 + k];
}

}  // namespace skald::training
