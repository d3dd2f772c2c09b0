// The log of corrections, and what is searched; both go with their session.
#include "store/store.hpp"

namespace skald {
namespace {

tl::unexpected<Error> conflict() {
  return fail(ErrorCode::Conflict, "somebody else has changed this session in the meantime");
}

}  // namespace

Result<std::vector<EditRow>> Store::edit_log(std::int64_t session) {
  Statement statement = TRY(
      database_.prepare("SELECT revision, kind, at, who, edits FROM edit WHERE session=? ORDER BY revision"));
  statement.bind(1, session);
  std::vector<EditRow> rows;
  while (TRY(statement.step()))
    rows.push_back(
        {statement.integer(0), statement.text(1), statement.text(2), statement.text(3), statement.text(4)});
  return rows;
}

Result<std::int64_t> Store::edit_revision(std::int64_t session) {
  Statement statement = TRY(database_.prepare("SELECT coalesce(max(revision), 0) FROM edit WHERE session=?"));
  statement.bind(1, session);
  return TRY(statement.step()) ? statement.integer(0) : 0;
}

Status Store::add_edit(std::int64_t session, const EditRow& row, const SpokenChange& change) {
  Transaction transaction = TRY(Transaction::begin(database_));
  if (TRY(edit_revision(session)) + 1 != row.revision) return conflict();
  TRY_VOID(
      database_.run("INSERT INTO edit(session, revision, kind, at, who, edits) VALUES(?1,?2,?3,?4,?5,?6)",
                    session, row.revision, row.kind, row.at, row.who, row.edits));
  TRY_VOID(change_spoken(session, change));
  TRY_VOID(database_.run("UPDATE indexed SET revision=?2 WHERE session=?1", session, row.revision));
  return transaction.commit();
}

Status Store::change_spoken(std::int64_t session, const SpokenChange& change) {
  for (const std::string& segment : change.removed)
    TRY_VOID(database_.run("DELETE FROM spoken WHERE session=?1 AND segment=?2", session, segment));
  // One statement for all: a session has thousands.
  Statement add = TRY(
      database_.prepare("INSERT INTO spoken(session, segment, start, speaker, text) VALUES(?1,?2,?3,?4,?5) "
                        "ON CONFLICT(session, segment) DO UPDATE SET start=?3, speaker=?4, text=?5"));
  for (const Spoken& spoken : change.changed) {
    add.bind(1, session)
        .bind(2, spoken.segment)
        .bind(3, spoken.start)
        .bind(4, spoken.speaker)
        .bind(5, spoken.text);
    while (TRY(add.step())) {
    }
    add.reset();
  }
  return {};
}

Result<Indexed> Store::indexed(std::int64_t session) {
  Statement statement = TRY(database_.prepare("SELECT run, revision FROM indexed WHERE session=?"));
  statement.bind(1, session);
  if (!TRY(statement.step())) return Indexed{};
  return Indexed{statement.integer(0), statement.integer(1)};
}

Status Store::index_session(std::int64_t session, const Indexed& what, const std::vector<Spoken>& spoken) {
  Transaction transaction = TRY(Transaction::begin(database_));
  // A correction that came meanwhile is in the log already, and not in `spoken`.
  if (TRY(edit_revision(session)) != what.revision) return conflict();
  TRY_VOID(database_.run("DELETE FROM spoken WHERE session=?", session));
  TRY_VOID(change_spoken(session, {spoken, {}}));
  TRY_VOID(
      database_.run("INSERT INTO indexed(session, run, revision) VALUES(?1,?2,?3) "
                    "ON CONFLICT(session) DO UPDATE SET run=?2, revision=?3",
                    session, what.run, what.revision));
  return transaction.commit();
}

Result<Found> Store::search(const std::string& query, std::size_t most) {
  Found found;
  {
    Statement count = TRY(database_.prepare("SELECT count(*) FROM spoken_text WHERE spoken_text MATCH ?"));
    count.bind(1, query);
    if (TRY(count.step())) found.total = static_cast<std::size_t>(count.integer(0));
  }
  Statement statement = TRY(database_.prepare(
      "SELECT spoken.session, spoken.segment, spoken.start, spoken.speaker, "
      "snippet(spoken_text, 0, char(1), char(2), '…', 32), run.session FROM spoken_text "
      "JOIN spoken ON spoken.id = spoken_text.rowid JOIN run ON run.id = spoken.session "
      "WHERE spoken_text MATCH ?1 ORDER BY bm25(spoken_text), spoken.session DESC, spoken.start LIMIT ?2"));
  statement.bind(1, query).bind(2, static_cast<std::int64_t>(most));
  while (TRY(statement.step()))
    found.hits.push_back({statement.integer(0),
                          statement.text(5),
                          {statement.text(1), statement.real(2), statement.text(3), statement.text(4)}});
  return found;
}

Status Store::rename_session(const std::string& from, const std::string& to) {
  Transaction transaction = TRY(Transaction::begin(database_));
  if (!TRY(runs(to)).empty())
    return fail(ErrorCode::Conflict, "there is a session '" + to + "' already", "Choose another name.");
  TRY_VOID(database_.run("UPDATE run SET session=?2 WHERE session=?1", from, to));
  return transaction.commit();
}

}  // namespace skald
