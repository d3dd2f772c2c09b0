// A small model of Whisper with drawn weights, written as a CTranslate2 folder: any number of mel bands, for
// all languages or English alone.
#pragma once
#include <filesystem>

namespace skald::whisper {

struct TinyModel {
  int bands = 80;
  bool multilingual = true;
  int width = 128;  // heads are 64 wide
  int layers = 2;
};

void write_tiny_model(const std::filesystem::path& folder, const TinyModel& model);

}  // namespace skald::whisper
