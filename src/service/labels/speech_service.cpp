#include "service/labels/speech_service.hpp"

#include "service/labels/session_labels.hpp"

namespace skald {

Result<cloud_speech::Service> speech_service(const std::string& transcriber, const LlmServices& services) {
  const llm::LlmTarget target = TRY(target_of(transcriber, services));
  const std::string& model = services.service(transcriber)->speech_model;
  if (model.empty())
    return fail(ErrorCode::InvalidConfig, "no model to transcribe with is set for '" + transcriber + "'");
  return cloud_speech::Service{target.service, target.base_url, target.key, model};
}

}  // namespace skald
