-- The processes of a party that share its lanes.
CREATE TABLE processes (
  id    TEXT PRIMARY KEY, -- another one each time it is started
  name  TEXT NOT NULL,    -- for people; by it lanes are shared out
  lanes TEXT NOT NULL,    -- that its profile names, such as 1-4
  beat  INTEGER NOT NULL, -- grows as long as it lives
  at    INTEGER NOT NULL  -- Unix milliseconds, by its own clock: when it grew last, for people
);
CREATE TABLE lanes (
  lane   INTEGER PRIMARY KEY,
  holder TEXT NOT NULL -- the process that writes it, '' for none
);
