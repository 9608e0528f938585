-- Who a key's user is, and how much it may move. 0 is no limit.
ALTER TABLE keys ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE keys ADD COLUMN outlet TEXT NOT NULL DEFAULT '';
ALTER TABLE keys ADD COLUMN per_request INTEGER NOT NULL DEFAULT 0; -- fen
ALTER TABLE keys ADD COLUMN per_day INTEGER NOT NULL DEFAULT 0;     -- fen
ALTER TABLE keys ADD COLUMN per_minute INTEGER NOT NULL DEFAULT 0;  -- requests
