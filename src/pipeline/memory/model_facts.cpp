#include "pipeline/memory/model_facts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "formats/fields.hpp"

namespace skald {
namespace {

struct TensorType {
  std::uint32_t number;
  std::string_view name;
  std::uint32_t block, bytes;  // bytes of a block of so many numbers
};

constexpr std::array<TensorType, 33> kTypes = {
    {{0, "F32", 1, 4},         {1, "F16", 1, 2},         {2, "Q4_0", 32, 18},      {3, "Q4_1", 32, 20},
     {6, "Q5_0", 32, 22},      {7, "Q5_1", 32, 24},      {8, "Q8_0", 32, 34},      {9, "Q8_1", 32, 36},
     {10, "Q2_K", 256, 84},    {11, "Q3_K", 256, 110},   {12, "Q4_K", 256, 144},   {13, "Q5_K", 256, 176},
     {14, "Q6_K", 256, 210},   {15, "Q8_K", 256, 292},   {16, "IQ2_XXS", 256, 66}, {17, "IQ2_XS", 256, 74},
     {18, "IQ3_XXS", 256, 98}, {19, "IQ1_S", 256, 50},   {20, "IQ4_NL", 32, 18},   {21, "IQ3_S", 256, 110},
     {22, "IQ2_S", 256, 82},   {23, "IQ4_XS", 256, 136}, {24, "I8", 1, 1},         {25, "I16", 1, 2},
     {26, "I32", 1, 4},        {27, "I64", 1, 8},        {28, "F64", 1, 8},        {29, "IQ1_M", 256, 56},
     {30, "BF16", 1, 2},       {34, "TQ1_0", 256, 54},   {35, "TQ2_0", 256, 66},   {39, "MXFP4", 32, 17},
     {40, "NVFP4", 64, 36}}};

// Architectures whose layers look at a window except for every n-th, where the file does not say so.
struct SlidingPattern {
  std::string_view architecture;
  int every;
};
constexpr std::array<SlidingPattern, 6> kPatterns = {
    {{"gemma2", 2}, {"gemma3", 6}, {"gemma3n", 5}, {"gpt-oss", 2}, {"gptoss", 2}, {"cohere2", 4}}};

constexpr int kMostLayers = 4096;
constexpr double kMostNumber = 1 << 24;  // of heads, widths, tokens in a vocabulary

class FactsReader {
 public:
  FactsReader(const ModelFacts& facts, std::string_view origin) : facts_(facts), origin_(origin) {
    architecture_ = text_at(facts.values, "general.architecture");
  }

  const std::string& architecture() const { return architecture_; }

  const Json* find(std::string_view key) const {
    const auto found = facts_.values.find(architecture_ + "." + std::string(key));
    return found == facts_.values.end() ? nullptr : &*found;
  }

  tl::unexpected<Error> wrong(const std::string& what) const {
    return fail(ErrorCode::InvalidModel, std::string(origin_) + ": " + what);
  }

  // `otherwise` where the key is missing; an error where it holds no sensible whole number.
  Result<int> number(std::string_view key, int otherwise) const {
    const Json* value = find(key);
    if (value == nullptr || value->is_null() || value->is_array()) return otherwise;
    return whole(*value, key);
  }

  // One number for every layer, or one for each; empty where the key is missing or its list was left out.
  Result<std::vector<int>> per_layer(std::string_view key, int layers) const {
    const Json* value = find(key);
    if (value == nullptr || value->is_null()) return std::vector<int>();
    if (!value->is_array())
      return std::vector<int>(static_cast<std::size_t>(layers), TRY(whole(*value, key)));
    std::vector<int> numbers;
    if (value->size() != static_cast<std::size_t>(layers)) return numbers;
    for (const Json& one : *value)
      numbers.push_back(one.is_boolean() ? int{one.get<bool>()} : TRY(whole(one, key)));
    return numbers;
  }

 private:
  Result<int> whole(const Json& value, std::string_view key) const {
    const auto number = number_in(value);
    if (!number || *number < 0 || *number > kMostNumber || *number != std::floor(*number))
      return wrong("'" + std::string(key) + "' is not a sensible number");
    return static_cast<int>(*number);
  }

  const ModelFacts& facts_;
  std::string_view origin_;
  std::string architecture_;
};

std::uint64_t last_dimension(const std::map<std::string, const TensorFacts*, std::less<>>& tensors,
                             const std::string& name) {
  const auto found = tensors.find(name);
  if (found == tensors.end() || found->second->shape.size() < 2) return 0;
  return std::min<std::uint64_t>(found->second->shape[1], static_cast<std::uint64_t>(kMostNumber));
}

Result<std::vector<bool>> sliding_layers(const FactsReader& facts, int layers) {
  const auto told = TRY(facts.per_layer("attention.sliding_window_pattern", layers));
  const Json* pattern = facts.find("attention.sliding_window_pattern");
  std::vector<bool> slides;
  int every = 0;
  if (pattern != nullptr && pattern->is_array() && !told.empty()) {
    for (const int one : told) slides.push_back(one != 0);
    return slides;
  }
  if (!told.empty() && !pattern->is_boolean()) every = told.front();
  for (const SlidingPattern& known : kPatterns)
    if (every == 0 && known.architecture == facts.architecture()) every = known.every;
  if (every < 2) return slides;
  for (int layer = 0; layer < layers; ++layer) slides.push_back(layer % every < every - 1);
  return slides;
}

using TensorIndex = std::map<std::string, const TensorFacts*, std::less<>>;

Result<std::vector<int>> kv_widths(const FactsReader& facts, const TensorIndex& tensors,
                                   const LlmShape& shape) {
  const int head = shape.heads > 0 ? shape.width / shape.heads : 0;
  const int key = TRY(facts.number("attention.key_length", head));
  const int value = TRY(facts.number("attention.value_length", head));
  const int sliding_key = TRY(facts.number("attention.key_length_swa", key));
  const int sliding_value = TRY(facts.number("attention.value_length_swa", value));
  const auto kv_heads = TRY(facts.per_layer("attention.head_count_kv", shape.layers));
  std::vector<int> widths;
  for (int layer = 0; layer < shape.layers; ++layer) {
    const auto index = static_cast<std::size_t>(layer);
    const bool slides = index < shape.slides.size() && shape.slides[index];
    const std::string block = "blk." + std::to_string(layer) + ".";
    const std::uint64_t from_tensors =
        last_dimension(tensors, block + "attn_k.weight") + last_dimension(tensors, block + "attn_v.weight");
    const double per_head = slides ? sliding_key + sliding_value : key + value;
    double width = 0;
    if (!kv_heads.empty())
      width = kv_heads[index] * per_head;
    else if (from_tensors > 0)
      width = static_cast<double>(from_tensors);
    else
      width = shape.heads * per_head;
    widths.push_back(static_cast<int>(std::min(width, 2 * kMostNumber)));
  }
  return widths;
}

void add_tensors(const ModelFacts& facts, LlmShape& shape) {
  shape.output_kind = Output::TiedToEmbedding;
  for (const TensorFacts& tensor : facts.tensors) {
    const std::uint64_t size = tensor_bytes(tensor).value_or(0);
    shape.weight_bytes += size;
    if (tensor.name == "token_embd.weight") shape.embedding += size;
    if (tensor.name.starts_with("output")) shape.output += size;
    if (tensor.name == "output.weight") shape.output_kind = Output::Own;
  }
}

// Without tensors: shares as models of this size have them.
void share_out(LlmShape& shape, std::uint64_t size) {
  shape.weight_bytes = size;
  const double numbers = static_cast<double>(shape.vocabulary) * shape.width;
  // Embeddings are stored with 4 to 6.6 bits; of a small model they are a large part.
  shape.embedding = std::min<std::uint64_t>(static_cast<std::uint64_t>(numbers * 0.6), size / 3);
  shape.output = shape.embedding;
  shape.output_kind = Output::Own;
}

}  // namespace

std::string_view tensor_type_name(std::uint32_t number) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const TensorType& type) { return type.number == number; });
  return found == kTypes.end() ? std::string_view() : found->name;
}

std::optional<std::uint64_t> tensor_bytes(const TensorFacts& tensor) {
  const auto type = std::find_if(kTypes.begin(), kTypes.end(),
                                 [&](const TensorType& known) { return known.name == tensor.type; });
  if (type == kTypes.end() || tensor.shape.empty()) return std::nullopt;
  std::uint64_t numbers = 1;
  for (const std::uint64_t dimension : tensor.shape) {
    if (dimension == 0 || numbers > (1ULL << 40) / dimension) return std::nullopt;
    numbers *= dimension;
  }
  if (tensor.shape.front() % type->block != 0) return std::nullopt;
  return numbers / type->block * type->bytes;
}

Result<LlmShape> shape_from_facts(const ModelFacts& facts, std::uint64_t size, std::string_view origin) {
  const FactsReader reader(facts, origin);
  if (reader.architecture().empty()) return reader.wrong("it does not tell the model's architecture");
  LlmShape shape;
  shape.architecture = reader.architecture();
  shape.layers = TRY(reader.number("block_count", 0));
  if (shape.layers < 1 || shape.layers > kMostLayers)
    return reader.wrong("it has no sensible number of layers");
  shape.width = TRY(reader.number("embedding_length", 0));
  shape.context = TRY(reader.number("context_length", 0));
  const auto heads = TRY(reader.per_layer("attention.head_count", shape.layers));
  shape.heads = heads.empty() ? 0 : *std::max_element(heads.begin(), heads.end());
  TensorIndex tensors;
  for (const TensorFacts& tensor : facts.tensors) tensors.emplace(tensor.name, &tensor);
  shape.vocabulary = TRY(reader.number("vocab_size", 0));
  if (facts.vocabulary > 0)
    shape.vocabulary = static_cast<int>(std::min<std::uint64_t>(facts.vocabulary, 1 << 24));
  if (shape.vocabulary == 0)
    shape.vocabulary = static_cast<int>(last_dimension(tensors, "token_embd.weight"));
  shape.window = TRY(reader.number("attention.sliding_window", 0));
  if (shape.window > 0) shape.slides = TRY(sliding_layers(reader, shape.layers));
  if (shape.slides.empty()) shape.window = 0;
  shape.kv_width = TRY(kv_widths(reader, tensors, shape));
  const bool all_known = std::all_of(facts.tensors.begin(), facts.tensors.end(),
                                     [](const TensorFacts& t) { return tensor_bytes(t).has_value(); });
  if (facts.tensors.empty() || !all_known)
    share_out(shape, size);
  else
    add_tensors(facts, shape);
  return shape;
}

Result<LlmShape> shape_from_show(const Json& show, std::uint64_t size) {
  ModelFacts facts;
  if (!show.is_object()) return fail(ErrorCode::InvalidModel, "/api/show: it is no JSON object");
  if (const auto info = show.find("model_info"); info != show.end() && info->is_object())
    facts.values = *info;
  if (const auto tensors = show.find("tensors"); tensors != show.end() && tensors->is_array()) {
    for (const Json& tensor : *tensors) {
      TensorFacts one{text_at(tensor, "name"), text_at(tensor, "type"), {}};
      if (const auto shape = tensor.find("shape"); shape != tensor.end() && shape->is_array())
        for (const Json& dimension : *shape)
          one.shape.push_back(dimension.is_number_unsigned() ? dimension.get<std::uint64_t>() : 0);
      facts.tensors.push_back(std::move(one));
    }
  }
  return shape_from_facts(facts, size, "/api/show");
}

}  // namespace skald
