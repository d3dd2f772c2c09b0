// A small RAII layer over SQLite: a database, prepared statements, transactions. Errors become Results.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace skald {

class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Statement(const Statement&) = delete;
  ~Statement();

  Statement& bind(int index, std::string_view value);
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, double value);
  /// True: a row is there. False: no more.
  Result<bool> step();
  /// Ready to run again, with the values as they are bound.
  void reset();
  std::string text(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;

 private:
  sqlite3_stmt* statement_;
};

class Database {
 public:
  /// Opens or makes the file: WAL, synchronous=FULL, foreign keys, 30 s patience with other processes.
  static Result<Database> open(const std::filesystem::path& path);
  Database(Database&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Database(const Database&) = delete;
  ~Database();

  Status execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  /// Prepares, binds in order, runs to the end.
  template <typename... Values>
  Status run(std::string_view sql, const Values&... values) {
    Statement statement = TRY(prepare(sql));
    int index = 0;
    (statement.bind(++index, values), ...);
    while (TRY(statement.step())) {
    }
    return {};
  }

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_;
};

/// All or nothing: what was not committed is rolled back.
class Transaction {
 public:
  /// Waits for other writers first.
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction(const Transaction&) = delete;
  ~Transaction();
  /// On disk when it returns.
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace skald
