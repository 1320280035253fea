-- Accepted calls for many, by the platform's id of each: what it says of one later finds the broadcast and its rows.
CREATE TABLE batch_jobs (
  shop_id BIGINT NOT NULL, channel_id BIGINT NOT NULL, platform_message_id TEXT NOT NULL,
  broadcast_id BIGINT NOT NULL,    -- 0: the platform's word came before the call's own answer
  first_customer_id BIGINT NOT NULL, last_customer_id BIGINT NOT NULL,  -- its members lie between
  state TEXT NOT NULL,             -- '' nothing told yet, 'sent', 'failed'
  addressed BIGINT NOT NULL, kept BIGINT NOT NULL, sent BIGINT NOT NULL, errors BIGINT NOT NULL,  -- -1 not told
  words TEXT NOT NULL,             -- the platform's
  at_ms BIGINT NOT NULL,           -- rows older than two months are removed
  PRIMARY KEY (shop_id, channel_id, platform_message_id)
) /*clustered*/;
CREATE INDEX batch_jobs_of_broadcast ON batch_jobs (shop_id, broadcast_id);
