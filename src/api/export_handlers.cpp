// One file of a session, with its corrections, to be saved.
#include "api/handlers.hpp"
#include "formats/export/export.hpp"
#include "service/review/review_book.hpp"

namespace skald::api {
namespace {

Result<ExportChoice> choice_of(const Request& request) {
  const std::string format = request.parameter("format");
  const auto known = export_format_from(format.empty() ? "txt" : format);
  if (!known)
    return fail(ErrorCode::Usage, "there is no export format of that name",
                "Formats: " + export_format_names() + ".");
  const auto view = export_view_from(request.parameter("only"));
  if (!view) return fail(ErrorCode::Usage, "only must be ic or ooc", "Leave it out for everything.");
  return ExportChoice{*known, *view, request.parameter("character")};
}

}  // namespace

Result<Reply> get_export(Context& context, const Call& call) {
  const ExportChoice choice = TRY(choice_of(call.request));
  const auto review = TRY(context.reviews->read(call.id));
  ExportedFile file = TRY(export_session(corrected_result(*review), choice));
  return saved_reply(std::move(file.type), file.name, std::move(file.content));
}

}  // namespace skald::api
