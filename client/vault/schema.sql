-- Ids are keyed hashes, values are sealed: see seal.go.
CREATE TABLE proof(only INTEGER PRIMARY KEY CHECK(only = 1), sealed BLOB NOT NULL) STRICT;

CREATE TABLE account(
  id     BLOB PRIMARY KEY, -- of channel and customer
  member BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX account_member ON account(member);

CREATE TABLE profile(
  member BLOB PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE secret(
  id     BLOB PRIMARY KEY, -- of purpose, reference and code
  place  BLOB NOT NULL,    -- of purpose and reference
  member BLOB NOT NULL,
  until  INTEGER NOT NULL, -- UTC seconds; 0 for no end
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX secret_place ON secret(place);
CREATE INDEX secret_member ON secret(member);

PRAGMA user_version = 1;
