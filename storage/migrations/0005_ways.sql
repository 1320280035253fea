-- Calls for many contacts at once, answers that travel in a callback's own reply, and one person on several accounts.

-- batch: key of the call this row travels in (batches), 'hook' for an answer in a callback's own reply, '' by itself.
-- address: whom a batch is sent to, so that its repeat is the same to the letter.
ALTER TABLE in_flight ADD COLUMN batch TEXT NOT NULL DEFAULT '';
ALTER TABLE in_flight ADD COLUMN address TEXT NOT NULL DEFAULT '';

CREATE TABLE batches (             -- calls for many contacts that have no outcome yet; their members are in in_flight
  shop_id BIGINT NOT NULL, batch_key TEXT NOT NULL,  -- the idempotency key of every attempt
  channel_id BIGINT NOT NULL, broadcast_id BIGINT NOT NULL,
  state TEXT NOT NULL,             -- 'gathering','dissolving': never called; 'sealed': called, or about to be; 'accepted','answered'
  content TEXT NOT NULL,           -- JSON, as in deliveries.payload
  members BIGINT NOT NULL, attempts BIGINT NOT NULL,
  since_ms BIGINT NOT NULL,        -- gathering: when it was begun; later: when it was sealed
  due_at_ms BIGINT NOT NULL,       -- sealed: when it is called, again after an unknown outcome
  platform_message_id TEXT NOT NULL,  -- of an accepted one
  PRIMARY KEY (shop_id, batch_key)
) /*clustered*/;

CREATE TABLE reply_tokens (        -- the newest unused one of a contact
  shop_id BIGINT NOT NULL, contact_id BIGINT NOT NULL, token TEXT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, contact_id)
) /*clustered*/;

-- The delivery that answered this event in the callback's own reply, '' none: a repeat is answered the same.
ALTER TABLE callbacks ADD COLUMN answered_by TEXT NOT NULL DEFAULT '';

CREATE TABLE persons (             -- ids that mean one person wherever they come from
  shop_id BIGINT NOT NULL, person_id TEXT NOT NULL,  -- as the platform says it; 'tel:' and a number a platform vouches for
  customer_id BIGINT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, person_id)
) /*clustered*/;

CREATE TABLE send_steps (          -- contacts that refused a delivery for good, before the next one was tried
  shop_id BIGINT NOT NULL, source TEXT NOT NULL, source_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, cause TEXT NOT NULL,
  contact_id BIGINT NOT NULL, channel_id BIGINT NOT NULL,
  reason TEXT NOT NULL, detail TEXT NOT NULL,  -- handlers/reasons.h; the platform's words
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, source, source_id, customer_id, cause, contact_id)
) /*clustered*/;
