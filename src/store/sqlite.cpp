#include "store/sqlite.hpp"

#include <sqlite3.h>

#include "base/files.hpp"

namespace skald {
namespace {

constexpr std::uint64_t kAlmostNothing = 65'536;  // bytes

// Where the disk is too full for its journal or shared memory, SQLite speaks of an I/O error.
bool disk_is_full(const std::string& file) {
  const auto left = free_bytes(file);
  return left && *left < kAlmostNothing;
}

Error sqlite_error(sqlite3* handle, int code) {
  std::string detail = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  const char* name = handle != nullptr ? sqlite3_db_filename(handle, "main") : nullptr;
  const std::string file = name != nullptr ? name : "";
  if (!file.empty()) detail += " ('" + file + "')";
  const int kind = code & 0xFF;
  if (kind == SQLITE_FULL || (kind == SQLITE_IOERR && !file.empty() && disk_is_full(file)))
    return {ErrorCode::NoSpace, "no space left for Skald's database: " + detail, {}};
  switch (kind) {
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return {ErrorCode::Permission, "cannot open Skald's database: " + detail,
              "Set SKALD_HOME to a folder that you may write to."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::Damaged, "Skald's database is damaged: " + detail,
              "Move the file away and start again; results are not touched."};
    default:
      return {ErrorCode::Io, "Skald's database: " + detail, {}};
  }
}

}  // namespace

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement& Statement::bind(int index, std::string_view value) {
  sqlite3_bind_text(statement_, index, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  return *this;
}
Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
  return *this;
}
Statement& Statement::bind(int index, double value) {
  sqlite3_bind_double(statement_, index, value);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return tl::unexpected(sqlite_error(sqlite3_db_handle(statement_), code));
}

void Statement::reset() {
  sqlite3_reset(statement_);
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

Result<Database> Database::open(const std::filesystem::path& path) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Database database(handle);
  if (code != SQLITE_OK) return tl::unexpected(sqlite_error(handle, code));
  sqlite3_busy_timeout(handle, 30000);
  TRY_VOID(database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"));
  return database;
}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

Status Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(sqlite_error(handle_, code));
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(sqlite_error(handle_, code));
  return Statement(statement);
}

Result<Transaction> Transaction::begin(Database& database) {
  TRY_VOID(database.execute("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ != nullptr) (void)database_->execute("ROLLBACK");
}

Status Transaction::commit() {
  TRY_VOID(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace skald
