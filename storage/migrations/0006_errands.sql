-- Work on a platform that is no message, until it is done or given up: a tag to put on, a parcel to have followed.
CREATE TABLE errands (
  shop_id BIGINT NOT NULL, errand_id BIGINT NOT NULL,
  channel_id BIGINT NOT NULL,
  kind TEXT NOT NULL,              -- 'follow_parcel', 'tag', ... (bot/errands.h)
  key TEXT NOT NULL,               -- digest of the data: the same work waits once
  data TEXT NOT NULL,              -- JSON
  due_at_ms BIGINT NOT NULL, created_at_ms BIGINT NOT NULL,
  attempts BIGINT NOT NULL, last_error TEXT NOT NULL,
  PRIMARY KEY (shop_id, errand_id)
);
CREATE UNIQUE INDEX errands_by_work ON errands (shop_id, channel_id, kind, key);
CREATE INDEX errands_due ON errands (due_at_ms, channel_id);
CREATE INDEX errands_of_channel ON errands (shop_id, channel_id, due_at_ms);

-- What services that follow parcels say of a shipment.
ALTER TABLE shipments ADD COLUMN reached TEXT NOT NULL DEFAULT '';         -- highest stage before 'exception' or 'stale', '' not in one
ALTER TABLE shipments ADD COLUMN news TEXT NOT NULL DEFAULT '';            -- the carrier's newest words
ALTER TABLE shipments ADD COLUMN news_at_ms BIGINT NOT NULL DEFAULT 0;     -- when that happened, 0 nothing heard
ALTER TABLE shipments ADD COLUMN heard_at_ms BIGINT NOT NULL DEFAULT 0;    -- when a service first told of it

-- News of numbers that no shipment has yet: the newest of each, for the shipment that may be recorded later.
CREATE TABLE parcel_news (
  shop_id BIGINT NOT NULL, tracking_no TEXT NOT NULL,
  carrier TEXT NOT NULL,           -- '' not known
  stage TEXT NOT NULL,             -- as shipments.state
  text TEXT NOT NULL, at_ms BIGINT NOT NULL, first_at_ms BIGINT NOT NULL,
  received_at_ms BIGINT NOT NULL,  -- rows older than two months are removed
  PRIMARY KEY (shop_id, tracking_no)
) /*clustered*/;
CREATE INDEX parcel_news_by_age ON parcel_news (shop_id, received_at_ms);
