// Uploads: recordings that come in piece by piece.
#include "api/handlers.hpp"
#include "base/text.hpp"
#include "formats/fields.hpp"
#include "service/sessions/sessions.hpp"

namespace skald::api {
namespace {

Json upload_json(Context& context, const UploadRecord& upload) {
  const auto duplicate = [&]() -> Json {
    if (upload.sha256.empty()) return nullptr;
    const auto held = context.store();
    const auto session = session_with_recording(held.store, upload.sha256);
    return session && *session ? Json(**session) : Json(nullptr);
  };
  return {{"id", upload.id},
          {"name", upload.name},
          {"size", upload.size},
          {"offset", upload.received},
          {"piece_bytes", context.gate.most_piece},
          {"state", state_of(upload)},
          {"sha256", upload.sha256.empty() ? Json(nullptr) : Json(upload.sha256)},
          {"duplicate_of", duplicate()},
          {"created", upload.created}};
}

}  // namespace

Result<Reply> get_uploads(Context& context, const Call&) {
  Json list = Json::array();
  for (const UploadRecord& upload : TRY(context.uploads->all())) list.push_back(upload_json(context, upload));
  return json_reply({{"uploads", std::move(list)}});
}

Result<Reply> get_upload(Context& context, const Call& call) {
  return json_reply(upload_json(context, TRY(context.uploads->find(call.id))));
}

Result<Reply> post_upload(Context& context, const Call& call) {
  const std::uint64_t size = call.body.contains("size") && call.body.at("size").is_number_unsigned()
                                 ? call.body.at("size").get<std::uint64_t>()
                                 : 0;
  const UploadLimits limits = TRY(upload_limits());
  const UploadRecord upload = TRY(context.uploads->begin(text_at(call.body, "name"), size, limits));
  return json_reply(upload_json(context, upload), 201);
}

Result<Reply> put_upload(Context& context, const Call& call) {
  const auto offset = whole_number(call.request.parameter("offset"));
  if (!offset)
    return fail(ErrorCode::Usage, "offset must be the number of bytes before this piece",
                "GET /api/v1/uploads/{id} tells it.");
  const std::uint64_t most = context.gate.most_piece;
  std::uint64_t count = 0;
  const auto read = [&](const Request::Take& take) {
    return call.request.read_body([&](std::string_view bytes) {
      count += bytes.size();
      return count <= most && take(bytes);
    });
  };
  const auto received = context.uploads->receive(call.id, *offset, read, TRY(upload_limits()));
  if (received) return json_reply(upload_json(context, *received));
  if (count > most)
    return error_reply(
        Refusal{RefusalCode::TooLarge, "a piece has at most " + std::to_string(most) + " bytes"});
  if (received.error().code != ErrorCode::Conflict) return tl::unexpected(received.error());
  // Where the next piece begins, for who lost count.
  return error_reply(received.error(), {{"offset", TRY(context.uploads->find(call.id)).received}});
}

Result<Reply> delete_upload(Context& context, const Call& call) {
  const UploadRecord upload = TRY(context.uploads->find(call.id));
  TRY_VOID(context.jobs->remove_upload(call.id));
  return json_reply({{"removed", upload_json(context, upload)}});
}

}  // namespace skald::api
