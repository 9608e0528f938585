-- How often a job failed, or ended the process that worked on it, since it went on last; and the furthest it has been,
-- in JSON: steps under "", and how much of each thing.
ALTER TABLE jobs ADD COLUMN fails INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN reached TEXT NOT NULL DEFAULT '{}';

-- By which what is old is found.
CREATE INDEX jobs_ended ON jobs (ended);
CREATE INDEX moved_at ON moved (at);
CREATE INDEX moved_days_day ON moved_days (day);
