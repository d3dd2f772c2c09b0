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
};

}  // namespace skald
