#include "engines/whisper/model.hpp"

#include "formats/json.hpp"

namespace skald::whisper {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestConfig = 16U << 20;

Result<std::vector<Token>> token_list(const Json& config, std::string_view key, const fs::path& file) {
  std::vector<Token> out;
  const auto it = config.find(key);
  if (it == config.end() || it->is_null()) return out;
  const auto refuse = [&] {
    return fail(ErrorCode::InvalidModel,
                "'" + file.string() + "': '" + std::string(key) + "' is not a list of tokens");
  };
  if (!it->is_array()) return refuse();
  for (const Json& token : *it) {
    if (!token.is_number_integer()) return refuse();
    const auto value = token.get<std::int64_t>();
    if (value >= 0 && value < (1 << 20)) out.push_back(static_cast<Token>(value));
  }
  return out;
}

int count_layers(const Weights& weights, const std::string& side) {
  int layers = 0;
  while (weights.find(side + "/layer_" + std::to_string(layers) + "/ffn/linear_0/weight")) ++layers;
  return layers;
}

}  // namespace

Result<Model> Model::open(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    return fail(ErrorCode::InvalidModel, "the model '" + folder.string() + "' is not a folder");
  const fs::path binary = folder / "model.bin";
  if (!fs::exists(binary, ignored))
    return fail(ErrorCode::InvalidModel, "the model '" + folder.string() + "' has no model.bin");
  auto file = MappedFile::open(binary);
  if (!file) return fail(ErrorCode::InvalidModel, file.error().message);
  Model model(std::move(*file));
  model.folder_ = folder;
  model.weights_ = TRY(Weights::parse(model.file_.bytes(), binary.string()));
  if (model.weights_.spec() != "WhisperSpec")
    return fail(ErrorCode::InvalidModel, "'" + binary.string() + "' is a model of another kind (" +
                                             model.weights_.spec() + "), not Whisper");
  model.vocabulary_ = TRY(Vocabulary::load(folder));
  TRY_VOID(model.read_dimensions());
  TRY_VOID(model.read_config());
  return model;
}

Status Model::read_dimensions() {
  const std::string binary = (folder_ / "model.bin").string();
  const auto shape = [&](std::string_view name, std::size_t rank) -> Result<std::vector<std::uint32_t>> {
    const Tensor* tensor = weights_.find(name);
    if (!tensor || tensor->shape.size() != rank)
      return fail(ErrorCode::InvalidModel,
                  "'" + binary + "' has no '" + std::string(name) + "' as Whisper has it");
    return tensor->shape;
  };
  const auto conv = TRY(shape("encoder/conv1/weight", 3));
  const auto audio = TRY(shape("encoder/position_encodings/encodings", 2));
  const auto text = TRY(shape("decoder/position_encodings/encodings", 2));
  const auto embeddings = TRY(shape("decoder/embeddings/weight", 2));
  Dimensions& d = dimensions_;
  d.width = static_cast<int>(conv[0]);
  d.bands = static_cast<int>(conv[1]);
  d.audio_positions = static_cast<int>(audio[0]);
  d.text_positions = static_cast<int>(text[0]);
  d.encoder_layers = count_layers(weights_, "encoder");
  d.decoder_layers = count_layers(weights_, "decoder");
  d.encoder_heads = weights_.number("encoder/num_heads", d.width / 64);
  d.decoder_heads = weights_.number("decoder/num_heads", d.width / 64);
  const auto refuse = [&](const std::string& what) {
    return fail(ErrorCode::InvalidModel, "'" + binary + "': " + what);
  };
  if (d.bands != 80 && d.bands != 128)
    return refuse(std::to_string(d.bands) + " mel bands (80 or 128 expected)");
  if (d.encoder_layers == 0 || d.decoder_layers == 0) return refuse("layers are missing");
  if (conv[2] != 3 || d.audio_positions != 1500 || audio[1] != conv[0] || text[1] != conv[0] ||
      embeddings[1] != conv[0])
    return refuse("its arrays do not fit together");
  if (d.encoder_heads <= 0 || d.decoder_heads <= 0 || d.width % d.encoder_heads != 0 ||
      d.width % d.decoder_heads != 0)
    return refuse("impossible number of attention heads");
  if (embeddings[0] != vocabulary_.size())
    return fail(ErrorCode::InvalidModel, "the vocabulary in '" + folder_.string() + "' has " +
                                             std::to_string(vocabulary_.size()) + " tokens, but model.bin " +
                                             std::to_string(embeddings[0]));
  return {};
}

Status Model::read_config() {
  const fs::path file = folder_ / "config.json";
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    return fail(ErrorCode::InvalidModel, "the model '" + folder_.string() + "' has no config.json");
  const auto text = read_file(file, kLargestConfig);
  if (!text) return fail(ErrorCode::InvalidModel, text.error().message);
  const auto config = parse_json(*text, file.string());
  if (!config || !config->is_object())
    return fail(ErrorCode::InvalidModel,
                config ? "'" + file.string() + "' is not a JSON object" : config.error().message);
  suppressed_ = TRY(token_list(*config, "suppress_ids", file));
  suppressed_first_ = TRY(token_list(*config, "suppress_ids_begin", file));
  if (const auto heads = config->find("alignment_heads"); heads != config->end() && heads->is_array()) {
    for (const Json& pair : *heads) {
      const bool numbers =
          pair.is_array() && pair.size() == 2 && pair[0].is_number_integer() && pair[1].is_number_integer();
      const AlignmentHead head =
          numbers ? AlignmentHead{pair[0].get<int>(), pair[1].get<int>()} : AlignmentHead{-1, -1};
      if (head.layer < 0 || head.layer >= dimensions_.decoder_layers || head.head < 0 ||
          head.head >= dimensions_.decoder_heads)
        return fail(ErrorCode::InvalidModel,
                    "'" + file.string() + "': 'alignment_heads' names a head that is not there");
      alignment_heads_.push_back(head);
    }
  }
  if (alignment_heads_.empty())
    for (int layer = dimensions_.decoder_layers / 2; layer < dimensions_.decoder_layers; ++layer)
      for (int head = 0; head < dimensions_.decoder_heads; ++head) alignment_heads_.push_back({layer, head});
  return {};
}

Status Model::check_languages(const std::vector<std::string>& codes) const {
  if (codes.empty()) return fail(ErrorCode::Usage, "no language is given", "Give at least one, such as en.");
  const auto& known = vocabulary_.languages();
  std::string list;
  for (const auto& [code, token] : known) list += (list.empty() ? "" : ", ") + code;
  for (const std::string& code : codes) {
    if (known.contains(code)) continue;
    if (vocabulary_.multilingual() == Multilingual::No)
      return fail(ErrorCode::Usage,
                  "the model '" + folder_.string() + "' knows English only, not '" + code + "'",
                  "Choose a multilingual model, or --language en.");
    return fail(ErrorCode::Usage, "unknown language '" + code + "'", "The model knows: " + list + ".");
  }
  return {};
}

}  // namespace skald::whisper
