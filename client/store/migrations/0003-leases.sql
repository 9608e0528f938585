CREATE TABLE leases (
  name   TEXT PRIMARY KEY, -- of what one process does at a time
  holder TEXT NOT NULL,    -- the process
  until  INTEGER NOT NULL  -- Unix milliseconds: when another may take it
);
