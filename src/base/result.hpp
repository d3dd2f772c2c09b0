// Result<T>: a value, or an error that says what failed, on which input, and what to do.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace skald {

enum class ErrorCode {
#define SKALD_ERROR(code, exit_status, http_status, retry, advice) code,
#include "base/error.def"
#undef SKALD_ERROR
};

enum class Retry { No, Yes };

struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;  // what failed, and on which input
  std::string advice;   // what to do; empty: the advice of the code

  const std::string& what() const { return message; }
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// Makes the error side of a Result: `return fail(ErrorCode::NotFound, "...")`.
tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string advice = {});

int exit_status(ErrorCode code);
int http_status(ErrorCode code);
Retry can_retry(ErrorCode code);
std::string_view name(ErrorCode code);
/// The code of that name; Internal for an unknown one. Workers send errors by name.
ErrorCode error_code_from_name(std::string_view name);
/// The advice of the error itself, else that of its code.
std::string advice(const Error& error);
/// "message. advice", as printed for users.
std::string describe(const Error& error);

/// An error for errno as left by a system call on `path`: ENOSPC, EACCES and ENOENT get codes of their own.
Error errno_error(int error_number, std::string_view doing, std::string_view path);

}  // namespace skald

// TRY(expr): the value of a Result; returns its error from the enclosing function.
#define TRY(...)                                                             \
  __extension__({                                                            \
    auto&& try_result_ = (__VA_ARGS__);                                      \
    if (!try_result_) return tl::unexpected(std::move(try_result_).error()); \
    std::move(*try_result_);                                                 \
  })
// TRY_VOID(expr): the same for a Status.
#define TRY_VOID(...)                                                        \
  do {                                                                       \
    auto&& try_result_ = (__VA_ARGS__);                                      \
    if (!try_result_) return tl::unexpected(std::move(try_result_).error()); \
  } while (false)
