CREATE TABLE jobs (
  id        TEXT PRIMARY KEY, -- the request id
  operation TEXT NOT NULL,
  who       TEXT NOT NULL,    -- who asked
  meaning   BLOB NOT NULL,    -- SHA-256 of all that was asked for; empty while it comes
  request   BLOB NOT NULL,    -- JSON; empty when it has ended
  file      TEXT NOT NULL,    -- what its sender calls the file that came with it, '' for none
  state     TEXT NOT NULL,
  made      INTEGER NOT NULL, -- Unix milliseconds, as the others
  due       INTEGER NOT NULL, -- when it is tried next
  tries     INTEGER NOT NULL,
  holder    TEXT NOT NULL,    -- the process that works on it, '' for none
  until     INTEGER NOT NULL, -- when another may take it
  progress  BLOB NOT NULL,    -- JSON
  ended     INTEGER NOT NULL, -- 0 for not yet
  answer    BLOB NOT NULL,    -- JSON; empty for none
  problem   BLOB NOT NULL     -- JSON; empty for none
);
CREATE INDEX jobs_by_state ON jobs (state, due);
CREATE TABLE job_parts (
  job   TEXT NOT NULL,
  part  INTEGER NOT NULL, -- of the file that came with it, from 0
  bytes BLOB NOT NULL,
  PRIMARY KEY (job, part)
);
