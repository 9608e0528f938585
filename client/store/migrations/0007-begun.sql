-- How many requests of a caller with limits were begun in each second, repeated ones too; those of the last minute.
CREATE TABLE begun (
  caller TEXT NOT NULL,
  second INTEGER NOT NULL, -- Unix
  n      INTEGER NOT NULL,
  PRIMARY KEY (caller, second)
) STRICT;
DROP INDEX moved_lately;
DROP INDEX approvals_state;
CREATE INDEX approvals_asked ON approvals (asked, id);
CREATE INDEX approvals_state ON approvals (state, asked, id);
