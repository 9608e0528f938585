CREATE TABLE keys (
  id    TEXT PRIMARY KEY,
  hash  BLOB NOT NULL,    -- SHA-256 of the key's text, which has 240 random bits
  name  TEXT NOT NULL,    -- what uses it
  role  TEXT NOT NULL,
  made  INTEGER NOT NULL, -- Unix seconds, as the others
  ends  INTEGER,          -- when it ends by itself
  ended INTEGER           -- when somebody ended it
) STRICT;
