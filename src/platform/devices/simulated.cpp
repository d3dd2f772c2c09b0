#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/files.hpp"
#include "base/text.hpp"
#include "formats/fields.hpp"
#include "platform/devices/devices.hpp"

namespace skald {
namespace {

constexpr std::uint64_t kLargestDescription = 1 << 20;

struct Holder {
  MemoryHolder shown;
  std::string model;  // of Ollama; unloading it frees the memory
};

struct Card {
  std::string id, name;
  int capability = 0;
  std::uint64_t total = 0;
  std::vector<Holder> holders;
  double lag = 0;                // seconds until freed memory is seen
  std::uint64_t never_back = 0;  // of what a tenant takes, so much stays held after it has gone
};

struct Description {
  HostState host;
  double host_lag = 0;
  std::string driver;
  std::vector<Card> cards;
};

// Memory that is or was taken through the probe.
struct Taken {
  std::string device;
  MemoryHolder holder;
  std::optional<double> freed_at;
};

class Parser {
 public:
  explicit Parser(std::string origin) : origin_(std::move(origin)) {}

  Result<Description> read(const Json& json) const {
    Description found;
    TRY_VOID(known(json, "", {"gpus", "host", "driver"}));
    found.driver = text_at(json, "driver");
    found.host.total = found.host.available = 16ULL << 30;
    if (const auto host = json.find("host"); host != json.end()) {
      TRY_VOID(known(*host, "host", {"total", "available", "limit", "lag_seconds"}));
      found.host.total = TRY(size(*host, "host", "total", 16ULL << 30));
      found.host.limit = TRY(size(*host, "host", "limit", 0));
      found.host.available = TRY(size(*host, "host", "available", found.host.total));
      found.host_lag = TRY(seconds(*host, "host"));
      if (found.host.available > found.host.total) return wrong("host.available is more than host.total");
      if (found.host.limit > 0) found.host.available = std::min(found.host.available, found.host.limit);
    }
    const auto gpus = json.find("gpus");
    if (gpus == json.end()) return found;
    if (!gpus->is_array()) return wrong("gpus is not a list");
    for (const Json& gpu : *gpus) found.cards.push_back(TRY(card(gpu, found.cards.size())));
    return found;
  }

 private:
  tl::unexpected<Error> wrong(const std::string& what) const {
    return fail(
        ErrorCode::InvalidConfig, "SKALD_DEVICES" + origin_ + ": " + what,
        "docs/formats/devices.md describes it; unset SKALD_DEVICES to use the machine's own devices.");
  }

  Status known(const Json& object, const std::string& where, const std::vector<std::string>& names) const {
    const std::string prefix = where.empty() ? "" : where + ".";
    if (!object.is_object()) return wrong((where.empty() ? "it" : where) + " is not an object");
    for (const auto& [name, value] : object.items())
      if (std::find(names.begin(), names.end(), name) == names.end())
        return wrong(fmt::format("'{}{}' is not known", prefix, name));
    return {};
  }

  Result<std::uint64_t> size(const Json& object, const std::string& where, const char* key,
                             std::uint64_t otherwise) const {
    const auto value = object.find(key);
    if (value == object.end()) return otherwise;
    if (value->is_number_unsigned()) return value->get<std::uint64_t>();
    const auto parsed = value->is_string() ? parse_memory(value->get<std::string>()) : std::nullopt;
    if (!parsed) return wrong(where + "." + key + " is not a size such as \"12 GiB\" or a number of bytes");
    return *parsed;
  }

  Result<double> seconds(const Json& object, const std::string& where) const {
    if (!object.contains("lag_seconds")) return 0.0;
    const auto number = number_at(object, "lag_seconds");
    if (!number || *number < 0 || *number > 3600)
      return wrong(where + ".lag_seconds is not a number from 0 to 3600");
    return *number;
  }

  Result<int> capability(const Json& json, const std::string& where) const {
    if (!json.contains("compute")) return 0;
    const auto parts = split(text_at(json, "compute"), '.');
    const auto major = whole_number(parts.front()), minor = whole_number(parts.back());
    if (parts.size() != 2 || !major || !minor || *major == 0 || *major > 99 || *minor > 9)
      return wrong(where + ".compute is not a compute capability such as \"8.6\"");
    return static_cast<int>(10 * *major + *minor);
  }

  Result<Holder> holder(const Json& json, const std::string& where) const {
    TRY_VOID(known(json, where, {"pid", "name", "memory", "model"}));
    Holder found{{0, text_at(json, "name"), TRY(size(json, where, "memory", 0))}, text_at(json, "model")};
    if (found.shown.name.empty()) return wrong(where + ".name is missing");
    if (json.contains("pid")) {
      const auto pid = number_at(json, "pid");
      if (!pid || *pid < 0 || *pid > 4194304) return wrong(where + ".pid is not a process number");
      found.shown.pid = static_cast<int>(*pid);
    }
    return found;
  }

  Result<Card> card(const Json& json, std::size_t index) const {
    const std::string where = "gpus[" + std::to_string(index) + "]";
    TRY_VOID(known(json, where, {"name", "compute", "total", "holders", "lag_seconds", "never_back"}));
    Card found;
    found.id = "cuda:" + std::to_string(index);
    found.name = text_at(json, "name");
    if (found.name.empty()) found.name = "simulated card";
    found.capability = TRY(capability(json, where));
    found.total = TRY(size(json, where, "total", 0));
    if (found.total == 0) return wrong(where + ".total is missing");
    found.lag = TRY(seconds(json, where));
    found.never_back = TRY(size(json, where, "never_back", 0));
    std::uint64_t held = 0;
    if (const auto holders = json.find("holders"); holders != json.end()) {
      if (!holders->is_array()) return wrong(where + ".holders is not a list");
      for (const Json& one : *holders) {
        found.holders.push_back(
            TRY(holder(one, where + ".holders[" + std::to_string(found.holders.size()) + "]")));
        held += found.holders.back().shown.bytes;
      }
    }
    if (held > found.total) return wrong(where + ": its holders have more memory than the card");
    return found;
  }

  std::string origin_;
};

class Simulated : public DeviceProbe {
 public:
  Simulated(std::string text_or_path, WaitClock& clock) : source_(std::move(text_or_path)), clock_(clock) {}

  Result<Devices> look() override {
    const Description described = TRY(read());
    Devices devices;
    devices.simulated = true;
    devices.host = described.host;
    devices.driver = described.driver;
    if (described.cards.empty()) devices.no_gpu = "SKALD_DEVICES describes no card";
    std::uint64_t on_host = 0;
    for (const Taken& taken : taken_)
      if (taken.device == "cpu") on_host += held(taken, described.host_lag, 0);
    devices.host.available -= std::min(devices.host.available, on_host);
    for (const Card& card : described.cards) devices.gpus.push_back(state_of(card));
    return devices;
  }

  void taken(std::string_view device, const MemoryHolder& holder) override {
    taken_.push_back({std::string(device), holder, std::nullopt});
  }

  void given_back(std::string_view device, int pid) override {
    for (Taken& taken : taken_)
      if (taken.device == device && taken.holder.pid == pid && !taken.freed_at) taken.freed_at = clock_.now();
  }

  void unloaded(std::string_view model) override { unloaded_.push_back({std::string(model), clock_.now()}); }

  Result<Description> read() const {
    const std::string_view trimmed = trim(source_);
    const bool is_text = trimmed.starts_with('{');
    const std::string origin = is_text ? "" : " ('" + source_ + "')";
    const auto text =
        is_text ? Result<std::string>(std::string(trimmed)) : read_file(source_, kLargestDescription);
    if (!text)
      return fail(ErrorCode::InvalidConfig, "SKALD_DEVICES" + origin + ": " + text.error().message,
                  "It is a JSON text, or the path of a file with one.");
    const auto json = parse_outside_json(*text, "SKALD_DEVICES" + origin);
    if (!json) return fail(ErrorCode::InvalidConfig, json.error().message, json.error().advice);
    return Parser(origin).read(*json);
  }

 private:
  // Bytes that a tenant still holds, as the driver shows it.
  std::uint64_t held(const Taken& taken, double lag, std::uint64_t never_back) const {
    if (!taken.freed_at || clock_.now() < *taken.freed_at + lag) return taken.holder.bytes;
    return std::min(never_back, taken.holder.bytes);
  }

  bool gone(const Holder& holder, double lag) const {
    return std::any_of(unloaded_.begin(), unloaded_.end(), [&](const auto& model) {
      return !holder.model.empty() && model.first == holder.model && clock_.now() >= model.second + lag;
    });
  }

  GpuState state_of(const Card& card) const {
    GpuState state{card.id, card.name, card.total, card.total, {}, card.capability};
    const auto hold = [&](MemoryHolder holder) {
      state.free -= std::min(state.free, holder.bytes);
      state.holders.push_back(std::move(holder));
    };
    for (const Holder& holder : card.holders)
      if (!gone(holder, card.lag)) hold(holder.shown);
    for (const Taken& taken : taken_) {
      if (taken.device != card.id) continue;
      if (const std::uint64_t bytes = held(taken, card.lag, card.never_back); bytes > 0)
        hold({std::max(0, taken.holder.pid), taken.holder.name, bytes});
    }
    return state;
  }

  std::string source_;
  WaitClock& clock_;
  std::vector<Taken> taken_;
  std::vector<std::pair<std::string, double>> unloaded_;
};

}  // namespace

Result<std::unique_ptr<DeviceProbe>> simulated_devices(const std::string& text_or_path, WaitClock& clock) {
  auto probe = std::make_unique<Simulated>(text_or_path, clock);
  TRY_VOID(probe->read());
  return probe;
}

}  // namespace skald
