#include <cmath>

#include "engines/media/media.hpp"
#include "formats/json.hpp"

namespace skald::media {

std::string to_json_text(const MediaInfo& info) {
  const auto level = [](double dbfs) { return std::round(dbfs * 100) / 100; };
  return to_pretty(Json{{"duration", json_time(to_seconds(info.samples).value)},
                        {"samples", info.samples.value},
                        {"container", info.container},
                        {"codec", info.codec},
                        {"stream", info.stream},
                        {"channels", info.channels},
                        {"sample_rate", info.sample_rate},
                        {"peak_dbfs", level(info.peak_dbfs)},
                        {"mean_dbfs", level(info.mean_dbfs)},
                        {"input_size", info.input_size},
                        {"input_mtime_ns", info.input_mtime_ns},
                        {"warnings", info.warnings}});
}

}  // namespace skald::media
