-- Added in version 2.
CREATE TABLE terms(
  id     BLOB PRIMARY KEY, -- of supplier, SKU, seller and salt
  place  BLOB NOT NULL,    -- of supplier, SKU and seller
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX terms_place ON terms(place);

PRAGMA user_version = 2;
