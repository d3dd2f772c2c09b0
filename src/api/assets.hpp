// The files of the pages, as tools/bundle.py put them into the program.
#pragma once
#include <span>
#include <string_view>

namespace skald::api {

struct Asset {
  std::string_view path;  // "/app.js"
  std::string_view type;
  std::string_view content;
};

/// All of them; none where the program was built without its pages.
std::span<const Asset> assets();

}  // namespace skald::api
