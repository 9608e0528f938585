-- The read model. Every row carries the ledger's key and value (row), columns
-- to search by that are taken from them, and the block that wrote it last.
-- Tables are sorted by the ledger's keys, which grow lane by lane: new rows are
-- appended in a few places, never scattered.

CREATE TABLE IF NOT EXISTS checkpoint (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  height INTEGER NOT NULL, -- blocks taken in
  hash   BLOB    NOT NULL  -- of the last one's header
) STRICT;

CREATE TABLE IF NOT EXISTS lots (
  key       TEXT    NOT NULL PRIMARY KEY,
  member    TEXT    NOT NULL,
  programme TEXT    NOT NULL,
  funder    TEXT    NOT NULL, -- '' for the issuer
  expires   INTEGER NOT NULL, -- days since 1970
  state     INTEGER NOT NULL,
  available INTEGER NOT NULL,
  expired   INTEGER NOT NULL, -- breakage
  parent    TEXT    NOT NULL, -- key of the lot that its points were in before, '' for new points
  block     INTEGER NOT NULL,
  row       BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- What an expiry run will end. State 2 is ACTIVE.
CREATE INDEX IF NOT EXISTS lots_due ON lots (programme, expires) WHERE state = 2 AND available > 0;
-- A wallet: what is left of a member's lots, earliest expiry first.
CREATE INDEX IF NOT EXISTS lots_wallet ON lots (member, expires) WHERE available > 0;

-- What came of a lot: points that were passed on, or refunded after its expiry.
CREATE INDEX IF NOT EXISTS lots_parent ON lots (parent) WHERE parent <> '';

CREATE TABLE IF NOT EXISTS holds (
  key      TEXT    NOT NULL PRIMARY KEY,
  acceptor TEXT    NOT NULL,
  member   TEXT    NOT NULL,
  state    INTEGER NOT NULL,
  deadline INTEGER NOT NULL, -- UTC seconds
  held     INTEGER NOT NULL, -- sum of its pieces
  captured INTEGER NOT NULL,
  block    INTEGER NOT NULL,
  row      BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS holds_member ON holds (member, state);
-- Holds that still hold points, for those who time them out.
CREATE INDEX IF NOT EXISTS holds_due ON holds (deadline) WHERE state <= 2;

CREATE TABLE IF NOT EXISTS totals (
  key       TEXT    NOT NULL PRIMARY KEY,
  programme TEXT    NOT NULL,
  party     TEXT    NOT NULL,
  lane      INTEGER NOT NULL,
  issued    INTEGER NOT NULL,
  redeemed  INTEGER NOT NULL, -- captured − refunded
  converted INTEGER NOT NULL,
  expired   INTEGER NOT NULL,
  revoked   INTEGER NOT NULL,
  held      INTEGER NOT NULL, -- moved into holds and trades by this lane, less what it took out: may be under 0
  block     INTEGER NOT NULL,
  row       BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS positions (
  key       TEXT    NOT NULL PRIMARY KEY, -- the lane's, then debtor, creditor and programme
  cycle     TEXT    NOT NULL,
  debtor    TEXT    NOT NULL,
  creditor  TEXT    NOT NULL,
  programme TEXT    NOT NULL, -- '' for a fee
  points    INTEGER NOT NULL,
  fen       INTEGER NOT NULL,
  block     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS programmes (
  key    TEXT    NOT NULL PRIMARY KEY,
  id     TEXT    NOT NULL,
  issuer TEXT    NOT NULL,
  block  INTEGER NOT NULL,
  row    BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS requests (
  key    TEXT    NOT NULL PRIMARY KEY,
  party  TEXT    NOT NULL,
  id     TEXT    NOT NULL,
  number TEXT    NOT NULL, -- command that took effect
  block  INTEGER NOT NULL,
  row    BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- What else belongs to a member or a party: accounts, invitations, consents,
-- labels, authorisations, trades, benefits, entitlements, write-offs, offers,
-- campaigns, awards. What party, topic and until are depends on the kind; see nouns.go.
CREATE TABLE IF NOT EXISTS nouns (
  key    TEXT    NOT NULL PRIMARY KEY,
  kind   TEXT    NOT NULL,
  member TEXT    NOT NULL,
  party  TEXT    NOT NULL,
  topic  TEXT    NOT NULL,
  state  TEXT    NOT NULL,
  until  INTEGER NOT NULL,
  block  INTEGER NOT NULL,
  row    BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS nouns_member ON nouns (member, kind) WHERE member <> '';
CREATE INDEX IF NOT EXISTS nouns_topic ON nouns (kind, topic, state);

-- What each funder bears of a campaign's awards: a row a funder.
CREATE TABLE IF NOT EXISTS awards (
  key      TEXT    NOT NULL PRIMARY KEY, -- the award's, then the funder
  campaign TEXT    NOT NULL,
  member   TEXT    NOT NULL,
  party    TEXT    NOT NULL, -- funder
  lot      TEXT    NOT NULL, -- key of the lot of its points, '' for none
  points   INTEGER NOT NULL,
  fen      INTEGER NOT NULL,
  block    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS awards_campaign ON awards (campaign, party);

-- Parties, freezes by bucket, cursors of sources, the charter, the cycle: few
-- rows, searched by key only.
CREATE TABLE IF NOT EXISTS facts (
  key   TEXT    NOT NULL PRIMARY KEY,
  kind  TEXT    NOT NULL,
  block INTEGER NOT NULL,
  row   BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- Lots and holds that no sealed number covers: they are not honoured.
CREATE TABLE IF NOT EXISTS unsealed (
  block INTEGER NOT NULL,
  tx    TEXT    NOT NULL,
  key   TEXT    NOT NULL,
  row   BLOB    NOT NULL,
  PRIMARY KEY (block, tx, key)
) STRICT, WITHOUT ROWID;
