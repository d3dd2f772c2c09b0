#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "service/plan/plan.hpp"

namespace skald {
namespace {

std::string amount(const PlanRow& row, std::uint64_t bytes) {
  return row.needed == 0 ? "-" : memory_text(bytes);
}

std::string dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

using Line = std::array<std::string, 8>;

std::string aligned(const std::vector<Line>& lines) {
  std::array<std::size_t, 8> widths{};
  for (const Line& line : lines)
    for (std::size_t i = 0; i + 1 < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  std::string text;
  for (const Line& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) text += fmt::format("{:<{}}  ", line[i], widths[i]);
    text += line.back() + '\n';
  }
  return text;
}

std::string fit_text(const ModelFit& fit) {
  if (fit.now == Fit::Unknown) return "unknown: it runs on another machine";
  if (fit.now == Fit::Yes) return "fits now";
  return fit.after_unloading == Fit::Yes ? "fits after unloading" : "does not fit";
}

std::string fit_name(Fit fit) {
  return fit == Fit::Yes ? "yes" : fit == Fit::No ? "no" : "unknown";
}

std::string devices_text(const Devices& devices) {
  std::string text = fmt::format("Memory: {} of {} available", memory_text(devices.host.available),
                                 memory_text(devices.host.total));
  if (devices.host.limit > 0) text += fmt::format(", limited to {}", memory_text(devices.host.limit));
  text += devices.simulated ? " (as SKALD_DEVICES describes)\n" : "\n";
  for (const GpuState& card : devices.gpus) {
    text += fmt::format("{} {}: {} of {} free", card.id, card.name, memory_text(card.free),
                        memory_text(card.total));
    const std::string held = holders_text(card.holders);
    text += (held.empty() ? "" : "; " + held) + "\n";
  }
  if (devices.gpus.empty()) text += "No card: " + devices.no_gpu + "\n";
  return text;
}

}  // namespace

std::string plan_table(const Plan& plan) {
  std::vector<Line> lines = {
      {"stage", "backend", "model", "device", "needed", "available", "decision", "reason"}};
  for (const PlanRow& row : plan.rows)
    lines.push_back({std::string(info(row.stage).name), dash(row.backend), dash(row.model), dash(row.device),
                     amount(row, row.needed), amount(row, row.available), std::string(to_string(row.verdict)),
                     row.reason == to_string(row.verdict) ? "" : row.reason});
  for (Line& line : lines)
    if (line.back().empty()) line.back() = "-";
  std::string text = devices_text(plan.devices) + '\n' + aligned(lines);
  if (!plan.models.empty()) {
    text += "\nModels in Ollama:\n";
    std::size_t width = 0;
    for (const ModelFit& fit : plan.models) width = std::max(width, fit.model.size());
    for (const ModelFit& fit : plan.models)
      text += fmt::format("  {:<{}}  {:>9}  {}\n", fit.model, width,
                          fit.needed == 0 ? "-" : memory_text(fit.needed), fit_text(fit));
  }
  for (const std::string& line : plan.alternatives) text += line + '\n';
  return text;
}

Json plan_json(const Plan& plan) {
  Json json = {{"possible", plan.possible()},
               {"host",
                {{"total", plan.devices.host.total},
                 {"available", plan.devices.host.available},
                 {"limit", plan.devices.host.limit}}},
               {"gpus", Json::array()},
               {"simulated", plan.devices.simulated},
               {"stages", Json::array()},
               {"models", Json::array()},
               {"alternatives", plan.alternatives}};
  for (const GpuState& card : plan.devices.gpus) {
    Json holders = Json::array();
    for (const MemoryHolder& holder : card.holders)
      holders.push_back({{"pid", holder.pid}, {"name", holder.name}, {"memory", holder.bytes}});
    json["gpus"].push_back({{"id", card.id},
                            {"name", card.name},
                            {"total", card.total},
                            {"free", card.free},
                            {"holders", std::move(holders)}});
  }
  for (const PlanRow& row : plan.rows)
    json["stages"].push_back({{"stage", info(row.stage).name},
                              {"backend", row.backend},
                              {"model", row.model},
                              {"device", row.device},
                              {"needed", row.needed},
                              {"available", row.available},
                              {"decision", to_string(row.verdict)},
                              {"reason", row.reason}});
  for (const ModelFit& fit : plan.models)
    json["models"].push_back({{"model", fit.model},
                              {"needed", fit.needed},
                              {"fits_now", fit_name(fit.now)},
                              {"fits_after_unloading", fit_name(fit.after_unloading)}});
  return json;
}

std::vector<std::string> plan_lines(const Plan& plan) {
  std::vector<std::string> lines;
  const PlanRow* largest = nullptr;
  for (const PlanRow& row : plan.rows) {
    if (row.device == "cpu" && (largest == nullptr || row.needed > largest->needed)) largest = &row;
    if (row.verdict == Verdict::Fits || row.verdict == Verdict::Skipped) continue;
    lines.push_back(fmt::format("{}: {}", info(row.stage).name, row.reason));
  }
  if (lines.empty() && largest != nullptr)
    lines.push_back(fmt::format("Memory: {} needs most, {} of {} available", info(largest->stage).name,
                                memory_text(largest->needed), memory_text(largest->available)));
  return lines;
}

}  // namespace skald
