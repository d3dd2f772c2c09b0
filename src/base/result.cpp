#include "base/result.hpp"

#include <array>
#include <cerrno>
#include <cstring>

namespace skald {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  int exit_status;
  int http_status;
  Retry retry;
  std::string_view advice;
};

constexpr std::array rows = {
#define SKALD_ERROR(code, exit_status, http_status, retry, advice) \
  Row{ErrorCode::code, #code, exit_status, http_status, Retry::retry, advice},
#include "base/error.def"
#undef SKALD_ERROR
};

const Row& row(ErrorCode code) {
  return rows[static_cast<std::size_t>(code)];
}

}  // namespace

tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string advice) {
  return tl::unexpected(Error{code, std::move(message), std::move(advice)});
}

int exit_status(ErrorCode code) {
  return row(code).exit_status;
}
int http_status(ErrorCode code) {
  return row(code).http_status;
}
Retry can_retry(ErrorCode code) {
  return row(code).retry;
}
std::string_view name(ErrorCode code) {
  return row(code).name;
}

ErrorCode error_code_from_name(std::string_view name) {
  for (const Row& r : rows)
    if (r.name == name) return r.code;
  return ErrorCode::Internal;
}

std::string advice(const Error& error) {
  return error.advice.empty() ? std::string(row(error.code).advice) : error.advice;
}

std::string describe(const Error& error) {
  std::string text = error.message;
  if (!text.empty() && text.back() != '.' && text.back() != '!' && text.back() != '?') text += '.';
  return text + ' ' + advice(error);
}

Error errno_error(int error_number, std::string_view doing, std::string_view path) {
  ErrorCode code = ErrorCode::Io;
  if (error_number == ENOSPC || error_number == EDQUOT) code = ErrorCode::NoSpace;
  if (error_number == EACCES || error_number == EPERM || error_number == EROFS) code = ErrorCode::Permission;
  if (error_number == ENOENT || error_number == ENOTDIR) code = ErrorCode::NotFound;
  if (error_number == ENOMEM) code = ErrorCode::OutOfMemory;
  std::string message = std::string(doing) + " '" + std::string(path) + "': " + std::strerror(error_number);
  return Error{code, std::move(message), {}};
}

}  // namespace skald
