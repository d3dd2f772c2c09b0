// The model's own C implementation, for comparison.
#pragma once
#include <e5.h>

#include <memory>
#include <string>
#include <vector>

extern "C" int oracle_tokens(e5_model* model, const char* text, int* ids, int room);

namespace skald {

class Oracle {
 public:
  explicit Oracle(const std::string& file) : model_(e5_load(file.c_str()), e5_free) {}
  bool loaded() const { return model_ != nullptr; }
  std::vector<int> tokens(const std::string& text) const {
    std::vector<int> ids(text.size() * 20 + 8);
    ids.resize(static_cast<std::size_t>(
        oracle_tokens(model_.get(), text.c_str(), ids.data(), static_cast<int>(ids.size()))));
    return ids;
  }
  /// Unit vectors of "query: TEXT", row by row.
  std::vector<float> embed(const std::vector<std::string>& texts) const {
    std::vector<const char*> pointers;
    for (const std::string& text : texts) pointers.push_back(text.c_str());
    std::vector<float> rows(texts.size() * static_cast<std::size_t>(e5_dim(model_.get())));
    e5_embed_batch(model_.get(), pointers.data(), static_cast<int>(texts.size()), 1, rows.data());
    return rows;
  }

 private:
  std::unique_ptr<e5_model, decltype(&e5_free)> model_;
};

}  // namespace skald
