-- The read model. Every row carries the ledger's key and value (row), columns
-- to search by that are taken from them, and the block that wrote it last.
-- Tables are sorted by the ledger's keys, which grow lane by lane: new rows are
-- appended in a few places, never scattered.
--
-- This is the one list of tables and columns, for SQLite and PostgreSQL: what the
-- fold puts, the digest and the migration follow it. A table is added here, a column
-- a line and the key's first, and filled by a put in rows.go; then version grows.
-- Texts are compared by their bytes. Column types are TEXT, INTEGER (64 bits) and BLOB.

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
  held      INTEGER NOT NULL, -- moved into holds, orders and trades by this lane, less what it took out: may be under 0
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

-- What the parties owe each other in amounts that only the two know.
CREATE TABLE IF NOT EXISTS hidden (
  key      TEXT    NOT NULL PRIMARY KEY, -- the lane's, then debtor, creditor, direction and fee
  cycle    TEXT    NOT NULL,
  debtor   TEXT    NOT NULL,
  creditor TEXT    NOT NULL,
  back     INTEGER NOT NULL, -- 1 of returns: the debtor is the supplier's party
  fee      TEXT    NOT NULL, -- of the amount
  count    INTEGER NOT NULL, -- lines delivered or given back
  sum      BLOB    NOT NULL, -- commitment
  block    INTEGER NOT NULL
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
-- labels, authorisations, trades, benefits, entitlements, write-offs, offers, terms,
-- campaigns, awards. What party, topic and until are depends on the kind; see keepers.go.
CREATE TABLE IF NOT EXISTS entries (
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

CREATE INDEX IF NOT EXISTS entries_member ON entries (member, kind) WHERE member <> '';
CREATE INDEX IF NOT EXISTS entries_topic ON entries (kind, topic, state);

CREATE TABLE IF NOT EXISTS suppliers (
  key   TEXT    NOT NULL PRIMARY KEY,
  id    TEXT    NOT NULL,
  party TEXT    NOT NULL, -- that acts for it
  state TEXT    NOT NULL,
  block INTEGER NOT NULL,
  row   BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS suppliers_id ON suppliers (id);

-- Goods as they are now. A search for a text looks at every one.
CREATE TABLE IF NOT EXISTS goods (
  key      TEXT    NOT NULL PRIMARY KEY,
  supplier TEXT    NOT NULL,
  sku      TEXT    NOT NULL,
  category TEXT    NOT NULL,
  labels   TEXT    NOT NULL, -- ,a,b,
  open     INTEGER NOT NULL,
  text     TEXT    NOT NULL, -- names, SKU and GTIN in small letters
  block    INTEGER NOT NULL,
  row      BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS goods_category ON goods (category);

CREATE TABLE IF NOT EXISTS listings (
  key      TEXT    NOT NULL PRIMARY KEY,
  seller   TEXT    NOT NULL,
  supplier TEXT    NOT NULL,
  sku      TEXT    NOT NULL,
  labels   TEXT    NOT NULL, -- the seller's own: ,a,b,
  open     INTEGER NOT NULL,
  block    INTEGER NOT NULL,
  row      BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS outlets (
  key    TEXT    NOT NULL PRIMARY KEY,
  party  TEXT    NOT NULL,
  region TEXT    NOT NULL,
  open   INTEGER NOT NULL,
  block  INTEGER NOT NULL,
  row    BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- A good's stock at a seller: the pool, and a shard for each lane that has one.
CREATE TABLE IF NOT EXISTS stock (
  key      TEXT    NOT NULL PRIMARY KEY,
  supplier TEXT    NOT NULL,
  sku      TEXT    NOT NULL,
  seller   TEXT    NOT NULL,
  lane     INTEGER NOT NULL, -- -1 for the pool
  free     INTEGER NOT NULL,
  block    INTEGER NOT NULL,
  row      BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS stock_good ON stock (supplier, sku, seller);

-- Orders. Their parts are what people look for, their lines what stock and debts
-- are counted by; both are taken from the order's row and replaced with it.
CREATE TABLE IF NOT EXISTS orders (
  key    TEXT    NOT NULL PRIMARY KEY,
  member TEXT    NOT NULL,
  open   INTEGER NOT NULL, -- 1 while a part holds points and stock
  block  INTEGER NOT NULL,
  row    BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- Points that open orders hold.
CREATE INDEX IF NOT EXISTS orders_open ON orders (member) WHERE open = 1;

CREATE TABLE IF NOT EXISTS parts (
  key       TEXT    NOT NULL PRIMARY KEY, -- the order's, then the part, 2 digits
  order_key TEXT    NOT NULL,
  seller    TEXT    NOT NULL,
  supplier  TEXT    NOT NULL,
  party     TEXT    NOT NULL, -- that acts for the supplier
  member    TEXT    NOT NULL,
  state     INTEGER NOT NULL,
  since     INTEGER NOT NULL, -- of the state, days since 1970
  until     INTEGER NOT NULL, -- the state's last day, or, of PLACED, UTC seconds; 0 for none
  date      INTEGER NOT NULL, -- of the order, days since 1970
  reference TEXT    NOT NULL,
  waybill   TEXT    NOT NULL,
  fen       INTEGER NOT NULL, -- all lines
  cash      INTEGER NOT NULL, -- fen of it
  points    INTEGER NOT NULL, -- of all programmes
  block     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS parts_seller ON parts (seller, state);
CREATE INDEX IF NOT EXISTS parts_member ON parts (member);
-- What an ERP system polls: the parts of a party's suppliers, as they change.
CREATE INDEX IF NOT EXISTS parts_party ON parts (party, block);
CREATE INDEX IF NOT EXISTS parts_waybill ON parts (waybill) WHERE waybill <> '';
CREATE INDEX IF NOT EXISTS parts_reference ON parts (reference) WHERE reference <> '';
-- Parts whose state ends by itself: PLACED to DELIVERED.
CREATE INDEX IF NOT EXISTS parts_due ON parts (state, until) WHERE state <= 4;

CREATE TABLE IF NOT EXISTS lines (
  key      TEXT    NOT NULL PRIMARY KEY, -- the part's, then the line, 2 digits
  supplier TEXT    NOT NULL,
  sku      TEXT    NOT NULL,
  seller   TEXT    NOT NULL,
  party    TEXT    NOT NULL,
  state    INTEGER NOT NULL, -- of the part
  lost     INTEGER NOT NULL, -- 1 if the part was
  quantity INTEGER NOT NULL,
  fen      INTEGER NOT NULL, -- of a unit
  kind     INTEGER NOT NULL, -- of the terms; 0 for none
  terms    BLOB    NOT NULL, -- commitment to what the seller owes for a unit
  fee      TEXT    NOT NULL, -- of that, the party to the operator
  cycle    TEXT    NOT NULL, -- of the delivery, '' before
  block    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS lines_stock ON lines (supplier, sku, seller, state, lost, quantity);
CREATE INDEX IF NOT EXISTS lines_owed ON lines (cycle, seller, party) WHERE kind > 0 AND cycle <> '';

CREATE TABLE IF NOT EXISTS returns (
  key       TEXT    NOT NULL PRIMARY KEY,
  order_key TEXT    NOT NULL,
  line_key  TEXT    NOT NULL,
  state     INTEGER NOT NULL,
  quantity  INTEGER NOT NULL,
  restocked INTEGER NOT NULL, -- 1 if it is in stock again
  cycle     TEXT    NOT NULL, -- of the refund, '' before
  block     INTEGER NOT NULL,
  row       BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS returns_order ON returns (order_key);
CREATE INDEX IF NOT EXISTS returns_line ON returns (line_key);
CREATE INDEX IF NOT EXISTS returns_owed ON returns (cycle) WHERE cycle <> '';

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

-- Obligations, one a row: the lines of statements. Hidden ones have no fen, but the
-- commitment to it.
CREATE TABLE IF NOT EXISTS obligations (
  key       TEXT    NOT NULL PRIMARY KEY, -- the batch's, then the command's index, 3 digits, and place, 2; then the pair's parties where it is rounded
  cycle     TEXT    NOT NULL, -- that it belongs to
  made      TEXT    NOT NULL, -- in which it was made: a later one, if it was opened at the close
  a         TEXT    NOT NULL, -- its parties, sorted
  b         TEXT    NOT NULL,
  debtor    TEXT    NOT NULL,
  creditor  TEXT    NOT NULL,
  kind      INTEGER NOT NULL,
  scene     TEXT    NOT NULL,
  programme TEXT    NOT NULL,
  points    INTEGER NOT NULL,
  fen       INTEGER NOT NULL,
  num       INTEGER NOT NULL, -- of the fraction of a fen beyond its own whole ones
  den       INTEGER NOT NULL, -- 0 for none
  model     INTEGER NOT NULL,
  cause     INTEGER NOT NULL, -- kind of the command
  date      INTEGER NOT NULL, -- days since 1970
  hidden    INTEGER NOT NULL, -- 1 for a hidden one
  back      INTEGER NOT NULL, -- of a hidden return
  fee       TEXT    NOT NULL, -- of a hidden amount, '' for others
  sum       BLOB    NOT NULL, -- its commitment
  block     INTEGER NOT NULL,
  tx        TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- A statement: the lines of two parties in a cycle, in the order of their keys.
CREATE INDEX IF NOT EXISTS obligations_pair ON obligations (cycle, a, b, hidden, key);

-- Parties, freezes by bucket, cursors of sources, the founding, the cycle,
-- storefronts, versions of goods that were: searched by key only.
CREATE TABLE IF NOT EXISTS facts (
  key   TEXT    NOT NULL PRIMARY KEY,
  kind  TEXT    NOT NULL,
  block INTEGER NOT NULL,
  row   BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- The batches of all lanes: when, and in which transaction, what is named by their
-- commands was made. Lots and captures have no date of their own.
CREATE TABLE IF NOT EXISTS batches (
  key   TEXT    NOT NULL PRIMARY KEY, -- PARTY/LANE SEQUENCE, as in the keys of rows
  date  INTEGER NOT NULL, -- business date, days since 1970; 0 before the founding
  cycle TEXT    NOT NULL,
  tx    TEXT    NOT NULL,
  source TEXT   NOT NULL, -- PARTY/SHARD of the numbered source that it is of, '' for none
  block INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What an import made.
CREATE INDEX IF NOT EXISTS batches_source ON batches (source) WHERE source <> '';

-- What came in for payments, each advice of a bank's: a payment's row shows the last ones alone.
CREATE TABLE IF NOT EXISTS receipts (
  key      TEXT    NOT NULL PRIMARY KEY, -- the payment's, then the advice's number, 10 digits
  cycle    TEXT    NOT NULL, -- of the payment
  payment  INTEGER NOT NULL,
  number   INTEGER NOT NULL, -- of the advice, from 1
  debtor   TEXT    NOT NULL,
  creditor TEXT    NOT NULL,
  fen      INTEGER NOT NULL,
  charges  INTEGER NOT NULL, -- that the creditor bears
  booked   INTEGER NOT NULL, -- days since 1970; 0 if several are one here
  batch    TEXT    NOT NULL, -- that told of it
  block    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS receipts_cycle ON receipts (cycle);

-- What the commands of a transaction did, as parties are told of it.
CREATE TABLE IF NOT EXISTS events (
  block INTEGER NOT NULL,
  place INTEGER NOT NULL, -- of the transaction in its block
  row   BLOB    NOT NULL,
  PRIMARY KEY (block, place)
) STRICT, WITHOUT ROWID;

-- Whom it concerns.
CREATE TABLE IF NOT EXISTS concerned (
  party    TEXT    NOT NULL, -- '' for every party
  block    INTEGER NOT NULL,
  place    INTEGER NOT NULL,
  commands INTEGER NOT NULL, -- of the transaction that took effect
  PRIMARY KEY (party, block, place)
) STRICT, WITHOUT ROWID;

-- The heads of all lanes, as the ledger has them, by namespace and key.
CREATE TABLE IF NOT EXISTS heads (
  key   TEXT    NOT NULL PRIMARY KEY,
  block INTEGER NOT NULL,
  row   BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- What is on the ledger and isn't honoured: no sealed batch explains it.
CREATE TABLE IF NOT EXISTS unsealed (
  block   INTEGER NOT NULL,
  place   INTEGER NOT NULL, -- of the transaction in its block
  key     TEXT    NOT NULL,
  tx      TEXT    NOT NULL,
  party   TEXT    NOT NULL, -- that sent it
  signers TEXT    NOT NULL, -- parties whose peers endorsed it, in alphabetical order
  reason  TEXT    NOT NULL,
  row     BLOB    NOT NULL,
  PRIMARY KEY (block, place, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS unsealed_key ON unsealed (key);

-- What came of it: transactions that read it.
CREATE TABLE IF NOT EXISTS traces (
  block    INTEGER NOT NULL,
  place    INTEGER NOT NULL,
  key      TEXT    NOT NULL, -- that was read
  tx       TEXT    NOT NULL,
  party    TEXT    NOT NULL,
  signers  TEXT    NOT NULL,
  commands TEXT    NOT NULL, -- that it was proposed with, each once
  points   INTEGER NOT NULL, -- that it took, of a lot
  source   TEXT    NOT NULL, -- transaction that had written it
  PRIMARY KEY (block, place, key)
) STRICT, WITHOUT ROWID;
