#include "pipeline/memory/model_host.hpp"

namespace skald {
namespace {

std::string whole_name(const std::string& model) {
  const std::size_t slash = model.rfind('/');
  return model.find(':', slash == std::string::npos ? 0 : slash) == std::string::npos ? model + ":latest"
                                                                                      : model;
}

}  // namespace

bool same_model(const std::string& one, const std::string& other) {
  return whole_name(one) == whole_name(other);
}

}  // namespace skald
