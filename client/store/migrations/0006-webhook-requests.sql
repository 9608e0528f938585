-- By which requests a webhook was made and changed, so that each does so once, and a secret is told to who asked for it.
CREATE TABLE webhook_requests (
  webhook TEXT NOT NULL,
  request TEXT NOT NULL, -- its id
  who     TEXT NOT NULL, -- asked, as logs call him
  meaning TEXT NOT NULL, -- what was asked for
  PRIMARY KEY (webhook, request)
);
ALTER TABLE webhooks DROP COLUMN replay;
ALTER TABLE webhooks ADD COLUMN ended INTEGER NOT NULL DEFAULT 0; -- when it ended, by which the oldest are forgotten; 0 for not yet
