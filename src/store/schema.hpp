// The database's tables, version by version. A new version appends a step; old steps never change.
#pragma once
#include <array>

namespace skald {

inline constexpr std::array kSchemaSteps = {
    R"sql(
CREATE TABLE artifact (
  key TEXT PRIMARY KEY, stage TEXT NOT NULL, directory TEXT NOT NULL, made_from TEXT NOT NULL, bytes INTEGER NOT NULL
);
CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run_key TEXT NOT NULL, session TEXT NOT NULL, directory TEXT NOT NULL,
  state TEXT NOT NULL, started TEXT NOT NULL, details TEXT NOT NULL
);
CREATE INDEX run_by_key ON run(run_key);
CREATE INDEX run_by_session ON run(session);
CREATE TABLE run_artifact (
  run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE, key TEXT NOT NULL, PRIMARY KEY (run, key)
) WITHOUT ROWID;
CREATE TABLE timing (
  id INTEGER PRIMARY KEY AUTOINCREMENT, stage TEXT NOT NULL, variant TEXT NOT NULL, audio_seconds REAL NOT NULL, seconds REAL NOT NULL
);
CREATE INDEX timing_by_stage ON timing(stage, variant);
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
)sql",
    // Corrections are only ever added; `session` is the session's first run. What is searched follows the
    // newest results with their corrections.
    R"sql(
CREATE TABLE edit (
  session INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE, revision INTEGER NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL,
  who TEXT NOT NULL, edits TEXT NOT NULL, PRIMARY KEY (session, revision)
) WITHOUT ROWID;
CREATE TABLE indexed (
  session INTEGER PRIMARY KEY REFERENCES run(id) ON DELETE CASCADE, run INTEGER NOT NULL, revision INTEGER NOT NULL
);
CREATE TABLE spoken (
  id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE, segment TEXT NOT NULL,
  start REAL NOT NULL, speaker TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (session, segment)
);
CREATE VIRTUAL TABLE spoken_text USING fts5(text, content='spoken', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
CREATE TRIGGER spoken_added AFTER INSERT ON spoken BEGIN
  INSERT INTO spoken_text(rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER spoken_removed AFTER DELETE ON spoken BEGIN
  INSERT INTO spoken_text(spoken_text, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER spoken_changed AFTER UPDATE OF text ON spoken WHEN old.text <> new.text BEGIN
  INSERT INTO spoken_text(spoken_text, rowid, text) VALUES ('delete', old.id, old.text);
  INSERT INTO spoken_text(rowid, text) VALUES (new.id, new.text);
END;
)sql",
    R"sql(
CREATE TABLE upload (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, size INTEGER NOT NULL, received INTEGER NOT NULL,
  sha256 TEXT NOT NULL, created TEXT NOT NULL
);
CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, state TEXT NOT NULL, turn INTEGER NOT NULL, request TEXT NOT NULL,
  outcome TEXT NOT NULL, created TEXT NOT NULL, started TEXT NOT NULL, ended TEXT NOT NULL
);
)sql",
};

}  // namespace skald
