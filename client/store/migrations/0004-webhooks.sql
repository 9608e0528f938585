-- Whom the node tells of events by HTTP.
CREATE TABLE webhooks (
  id       TEXT PRIMARY KEY, -- the request id by which it was made
  host     TEXT NOT NULL,    -- of its URL
  sealed   BLOB NOT NULL,    -- its URL, what was asked for, and its secrets, under the vault's key
  types    TEXT NOT NULL,    -- of events, with a blank between; '' for all
  state    TEXT NOT NULL,    -- live, parked or ended
  reason   TEXT NOT NULL,    -- why it isn't live, or why the last try failed
  cursor   TEXT NOT NULL,    -- of the last event that was acknowledged, or that it didn't want; '' for none
  made     INTEGER NOT NULL, -- Unix milliseconds, as the others
  tries    INTEGER NOT NULL, -- of the next event, that failed
  due      INTEGER NOT NULL, -- when it is tried next
  failing  INTEGER NOT NULL, -- since when nothing was acknowledged; 0 if the last try was
  acked    INTEGER NOT NULL, -- when an event was acknowledged last; 0 for never
  rotation TEXT NOT NULL,    -- the request id of the last rotation of its secrets
  replay   TEXT NOT NULL,    -- the request id of the last replay
  round    INTEGER NOT NULL, -- grows when somebody changes it: a try that began before doesn't count
  holder   TEXT NOT NULL,    -- the process that delivers, '' for none
  until    INTEGER NOT NULL  -- when another may take it
);
-- The last tries.
CREATE TABLE webhook_tries (
  webhook TEXT NOT NULL,
  number  INTEGER NOT NULL, -- grows
  event   TEXT NOT NULL,    -- its id
  type    TEXT NOT NULL,
  began   INTEGER NOT NULL, -- Unix milliseconds
  took    INTEGER NOT NULL, -- milliseconds
  status  INTEGER NOT NULL, -- of HTTP, 0 for none
  outcome TEXT NOT NULL,    -- acknowledged, or why not
  PRIMARY KEY (webhook, number)
);
