-- What requests of callers with limits move. A request is counted once for each thing it asks for under its id.
CREATE TABLE moved (
  caller  TEXT NOT NULL,
  request TEXT NOT NULL,    -- its id
  body    TEXT NOT NULL,    -- keyed hash of what it asks for
  at      INTEGER NOT NULL, -- Unix milliseconds, when it came first
  day     TEXT NOT NULL,    -- in the alliance's place
  fen     INTEGER NOT NULL,
  counts  INTEGER NOT NULL, -- 1: among its day's sum; 0: given back
  done    INTEGER NOT NULL, -- 1: it took effect
  PRIMARY KEY (caller, request, body)
) STRICT;
CREATE INDEX moved_lately ON moved (caller, at);

-- The sums of moved that count.
CREATE TABLE moved_days (
  caller TEXT NOT NULL,
  day    TEXT NOT NULL,
  fen    INTEGER NOT NULL,
  PRIMARY KEY (caller, day)
) STRICT;

-- Who asked for what. An entry's line has the hash of the line before it; the other columns are for finding it.
CREATE TABLE audit_log (
  n         INTEGER PRIMARY KEY, -- from 1
  line      TEXT NOT NULL,       -- the entry, in JSON
  hash      TEXT NOT NULL,       -- SHA-256 of the line
  who       TEXT NOT NULL,
  operation TEXT NOT NULL,
  request   TEXT NOT NULL        -- its id
) STRICT;
CREATE INDEX audit_log_who ON audit_log (who, n);
CREATE INDEX audit_log_request ON audit_log (request, n);

-- What waits, or waited, for a second person.
CREATE TABLE approvals (
  id        TEXT PRIMARY KEY,
  operation TEXT NOT NULL,
  request   TEXT NOT NULL,    -- id of the request
  body      TEXT NOT NULL,    -- keyed hash of what it asks for
  fen       INTEGER NOT NULL, -- that it moves
  who       TEXT NOT NULL,    -- asked
  person    TEXT NOT NULL,    -- who that is, or ''
  sealed    BLOB NOT NULL,    -- the request and its caller, under the vault's key
  state     TEXT NOT NULL,
  asked     INTEGER NOT NULL, -- Unix seconds, as the others
  until     INTEGER NOT NULL,
  decided   INTEGER NOT NULL, -- 0 if nobody has
  by_who    TEXT NOT NULL,
  by_person TEXT NOT NULL,
  reason    TEXT NOT NULL,    -- of a rejection
  outcome   TEXT NOT NULL,    -- code of the refusal, once it was sent, or ''
  UNIQUE (who, request, body)
) STRICT;
CREATE INDEX approvals_state ON approvals (state, asked);

-- How a job was let in: what the log and the limits know it by.
ALTER TABLE jobs ADD COLUMN asked TEXT NOT NULL DEFAULT '';
