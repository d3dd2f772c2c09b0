// One file of a session, with its corrections, to be saved.
#include <fmt/format.h>

#include "api/handlers.hpp"
#include "formats/export/export.hpp"
#include "service/review/review_book.hpp"

namespace skald::api {
namespace {

// RFC 6266: the name in ASCII for old clients, and as it is.
std::string save_as(const std::string& name) {
  std::string plain, encoded;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || c == '.';
    plain += safe ? c : '_';
    encoded += safe ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

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
  Reply reply;
  reply.type = std::move(file.type);
  reply.headers.emplace_back("Content-Disposition", save_as(file.name));
  reply.body = std::move(file.content);
  return reply;
}

}  // namespace skald::api
