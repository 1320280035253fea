-- The first schema. Shared by all engines: BIGINT, TEXT and DOUBLE PRECISION only; yes/no is 0/1; times are UTC epoch
-- milliseconds (*_ms); money is integer minor units (*_minor). A table marked "clustered" at its end is stored in the order
-- of its primary key where the engine can (SQLite: WITHOUT ROWID). Every unique key contains shop_id.

CREATE TABLE id_blocks (name TEXT PRIMARY KEY, next_id BIGINT NOT NULL);
INSERT INTO id_blocks (name, next_id) VALUES ('id', 1000);

CREATE TABLE shops (
  shop_id BIGINT PRIMARY KEY,
  slug TEXT NOT NULL,              -- what --shop names; the default shop is 'default'
  name TEXT NOT NULL,
  time_zone TEXT NOT NULL,         -- IANA name
  language TEXT NOT NULL,          -- 'zh-CN' or 'en'
  currency TEXT NOT NULL,          -- ISO 4217
  country TEXT NOT NULL,           -- ISO 3166 alpha-2, for phone numbers without a country code
  settings TEXT NOT NULL,          -- JSON: quiet hours, caps, retention (handlers/shop_settings.h)
  config_version BIGINT NOT NULL,  -- rises when channels, rules or settings change: a running server re-reads them
  created_at_ms BIGINT NOT NULL
);

CREATE TABLE counters (            -- short numbers people read out: orders
  shop_id BIGINT NOT NULL, name TEXT NOT NULL, value BIGINT NOT NULL,
  PRIMARY KEY (shop_id, name)
);

CREATE TABLE channels (
  shop_id BIGINT NOT NULL, channel_id BIGINT NOT NULL,
  name TEXT NOT NULL, kind TEXT NOT NULL,
  settings TEXT NOT NULL,          -- JSON, holds secrets: never logged, masked when shown
  state TEXT NOT NULL,             -- 'on', 'off', 'broken'
  state_reason TEXT NOT NULL,
  cursor TEXT NOT NULL,            -- where polling goes on
  paused_until_ms BIGINT NOT NULL, -- the platform asked to wait
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, channel_id)
);
CREATE UNIQUE INDEX channels_by_name ON channels (shop_id, name);

CREATE TABLE contacts (
  shop_id BIGINT NOT NULL, contact_id BIGINT NOT NULL,
  channel_id BIGINT NOT NULL, external_id TEXT NOT NULL, customer_id BIGINT NOT NULL,
  state TEXT NOT NULL,             -- 'active', 'blocked', 'gone'
  display_name TEXT NOT NULL, username TEXT NOT NULL, language TEXT NOT NULL,
  window_until_ms BIGINT NOT NULL, -- end of the platform's messaging window; 0: the platform has none
  replies_left BIGINT NOT NULL,    -- free messages left in the window; -1: not counted
  first_seen_ms BIGINT NOT NULL, last_in_ms BIGINT NOT NULL, last_out_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, contact_id)
);
CREATE UNIQUE INDEX contacts_by_address ON contacts (shop_id, channel_id, external_id);
CREATE INDEX contacts_by_customer ON contacts (shop_id, customer_id);

CREATE TABLE customers (           -- the wide row: what the card shows
  shop_id BIGINT NOT NULL, customer_id BIGINT NOT NULL,
  name TEXT NOT NULL,              -- what the seller calls them; starts as the display name
  search_key TEXT NOT NULL,        -- folded name, pinyin and initials, each between '|' (handlers/names.h)
  email TEXT NOT NULL, language TEXT NOT NULL, time_zone TEXT NOT NULL,  -- '' means the shop's
  birthday TEXT NOT NULL,          -- 'YYYY-MM-DD', '--MM-DD' without year, '' unknown
  source TEXT NOT NULL, referrer_id BIGINT, external_id TEXT NOT NULL,   -- external_id: key of an import, '' none
  merged_into BIGINT, created_at_ms BIGINT NOT NULL, updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, customer_id)
);
-- A search walks this index alone: exact names and beginnings by range, the rest by scanning what is narrow.
CREATE INDEX customers_by_search ON customers (shop_id, search_key, customer_id);
CREATE UNIQUE INDEX customers_by_external_id ON customers (shop_id, external_id) WHERE external_id <> '';

CREATE TABLE customer_facts (      -- the narrow hot row: what segments compare
  shop_id BIGINT NOT NULL, customer_id BIGINT NOT NULL,
  standing BIGINT NOT NULL,        -- 0 customer, 1 staff, 2 merged away: only 0 is ever in a segment
  opted_out BIGINT NOT NULL,       -- 1: no marketing
  stage TEXT NOT NULL, grade TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL, last_order_ms BIGINT, first_order_ms BIGINT,
  order_count BIGINT NOT NULL, spent_minor BIGINT NOT NULL,
  last_in_ms BIGINT, last_out_ms BIGINT,
  birthday_md BIGINT,              -- month * 100 + day
  owner_id BIGINT,                 -- staff
  PRIMARY KEY (shop_id, customer_id)
) /*clustered*/;

CREATE TABLE consents (            -- every change of consent, newest last
  shop_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, at_ms BIGINT NOT NULL,
  kind TEXT NOT NULL,              -- 'marketing'
  granted BIGINT NOT NULL, source TEXT NOT NULL,  -- 'customer', 'staff', 'import', 'api', 'platform'
  evidence TEXT NOT NULL,
  PRIMARY KEY (shop_id, customer_id, at_ms, kind)
) /*clustered*/;

CREATE TABLE phones (
  shop_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, phone TEXT NOT NULL,  -- E.164
  source TEXT NOT NULL, created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, customer_id, phone)
) /*clustered*/;
CREATE INDEX phones_by_number ON phones (shop_id, phone);

CREATE TABLE addresses (
  shop_id BIGINT NOT NULL, address_id BIGINT NOT NULL, customer_id BIGINT NOT NULL,
  recipient TEXT NOT NULL, phone TEXT NOT NULL, region TEXT NOT NULL, city TEXT NOT NULL, line TEXT NOT NULL,
  postcode TEXT NOT NULL, country TEXT NOT NULL, is_default BIGINT NOT NULL, created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, address_id)
);
CREATE INDEX addresses_by_customer ON addresses (shop_id, customer_id);

CREATE TABLE attributes (          -- typed named values of customers
  shop_id BIGINT NOT NULL, name TEXT NOT NULL, customer_id BIGINT NOT NULL,
  kind TEXT NOT NULL,              -- 'text', 'number', 'date', 'yesno'
  text_value TEXT NOT NULL,        -- as shown; dates 'YYYY-MM-DD'; yes/no '1' or '0'
  number_value DOUBLE PRECISION,   -- numbers; dates as UTC epoch ms of their midnight; yes/no 1 or 0
  updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, name, customer_id)
) /*clustered*/;
CREATE INDEX attributes_by_customer ON attributes (shop_id, customer_id);

CREATE TABLE tags (
  shop_id BIGINT NOT NULL, tag_id BIGINT NOT NULL,
  name TEXT NOT NULL, tag_group TEXT NOT NULL, customer_count BIGINT NOT NULL, created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, tag_id)
);
CREATE UNIQUE INDEX tags_by_name ON tags (shop_id, name);

CREATE TABLE customer_tags (
  shop_id BIGINT NOT NULL, tag_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, added_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, tag_id, customer_id)
) /*clustered*/;
CREATE INDEX customer_tags_by_customer ON customer_tags (shop_id, customer_id, tag_id);

CREATE TABLE notes (
  shop_id BIGINT NOT NULL, note_id BIGINT NOT NULL, customer_id BIGINT NOT NULL,
  text TEXT NOT NULL, staff_id BIGINT, created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, note_id)
);
CREATE INDEX notes_by_customer ON notes (shop_id, customer_id);

CREATE TABLE events (              -- the timeline, and what webhooks out tell
  shop_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, event_id BIGINT NOT NULL,
  kind TEXT NOT NULL,              -- 'order.paid', 'customer.tagged', ... (storage/events.h)
  at_ms BIGINT NOT NULL, data TEXT NOT NULL,  -- JSON
  PRIMARY KEY (shop_id, customer_id, event_id)
) /*clustered*/;

CREATE TABLE merges (
  shop_id BIGINT NOT NULL, merge_id BIGINT NOT NULL, kept_id BIGINT NOT NULL, merged_id BIGINT NOT NULL,
  moved TEXT NOT NULL,             -- JSON: what moved, so that undo can bring it back
  staff_id BIGINT, at_ms BIGINT NOT NULL, undone_at_ms BIGINT,
  PRIMARY KEY (shop_id, merge_id)
);
CREATE TABLE merge_suggestions (
  shop_id BIGINT NOT NULL, customer_a BIGINT NOT NULL, customer_b BIGINT NOT NULL,  -- a < b
  reason TEXT NOT NULL, state TEXT NOT NULL,  -- 'open', 'merged', 'dismissed'
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, customer_a, customer_b)
) /*clustered*/;

CREATE TABLE callbacks (           -- the de-duplication of callbacks
  shop_id BIGINT NOT NULL, channel_id BIGINT NOT NULL, event_key TEXT NOT NULL, received_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, channel_id, event_key)
) /*clustered*/;

CREATE TABLE dead_letters (
  shop_id BIGINT NOT NULL, dead_letter_id BIGINT NOT NULL, channel_id BIGINT NOT NULL, event_key TEXT NOT NULL,
  body TEXT NOT NULL,              -- as received; 'base64:' + text when it is not valid UTF-8
  error TEXT NOT NULL, state TEXT NOT NULL,  -- 'open', 'replayed', 'dismissed'
  received_at_ms BIGINT NOT NULL, settled_at_ms BIGINT,
  PRIMARY KEY (shop_id, dead_letter_id)
);
CREATE INDEX dead_letters_open ON dead_letters (shop_id, state, dead_letter_id);

CREATE TABLE messages (            -- what was said, both ways; outgoing text is stored when it is sent
  shop_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, message_id BIGINT NOT NULL,
  contact_id BIGINT NOT NULL, direction TEXT NOT NULL,  -- 'in', 'out'
  kind TEXT NOT NULL,              -- 'text', 'photo', 'press', 'contact', 'location', 'file', ...
  text TEXT NOT NULL, media TEXT NOT NULL,              -- media: platform file id or URL
  platform_message_id TEXT NOT NULL, delivery_key TEXT NOT NULL,  -- delivery_key: '' for incoming
  at_ms BIGINT NOT NULL, edited_at_ms BIGINT,
  PRIMARY KEY (shop_id, customer_id, message_id)
) /*clustered*/;

CREATE TABLE message_links (       -- a message in a staff chat that stands for something: reply to it and it is meant
  shop_id BIGINT NOT NULL, contact_id BIGINT NOT NULL, platform_message_id TEXT NOT NULL,
  customer_id BIGINT NOT NULL, about_contact_id BIGINT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, contact_id, platform_message_id)
) /*clustered*/;

CREATE TABLE products (
  shop_id BIGINT NOT NULL, product_id BIGINT NOT NULL,
  sku TEXT NOT NULL, name TEXT NOT NULL, search_key TEXT NOT NULL, family TEXT NOT NULL,
  price_minor BIGINT, currency TEXT NOT NULL,
  usage_days BIGINT,               -- how long one unit lasts
  care TEXT NOT NULL,              -- care tip text, '' none
  care_after_days BIGINT, active BIGINT NOT NULL, created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, product_id)
);
CREATE UNIQUE INDEX products_by_name ON products (shop_id, name);
CREATE UNIQUE INDEX products_by_sku ON products (shop_id, sku) WHERE sku <> '';

CREATE TABLE orders (
  shop_id BIGINT NOT NULL, order_id BIGINT NOT NULL, number BIGINT NOT NULL, customer_id BIGINT NOT NULL,
  state TEXT NOT NULL,             -- 'enquiry','placed','paid','shipped','delivered','completed','cancelled','refunded'
  currency TEXT NOT NULL, total_minor BIGINT NOT NULL,
  recipient TEXT NOT NULL, phone TEXT NOT NULL, address TEXT NOT NULL, note TEXT NOT NULL,
  source TEXT NOT NULL, external_id TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL, placed_at_ms BIGINT, paid_at_ms BIGINT, shipped_at_ms BIGINT,
  delivered_at_ms BIGINT, completed_at_ms BIGINT, cancelled_at_ms BIGINT, refunded_at_ms BIGINT,
  version BIGINT NOT NULL,
  PRIMARY KEY (shop_id, order_id)
);
CREATE UNIQUE INDEX orders_by_number ON orders (shop_id, number);
CREATE UNIQUE INDEX orders_by_external_id ON orders (shop_id, external_id) WHERE external_id <> '';
CREATE INDEX orders_by_customer ON orders (shop_id, customer_id, order_id);
CREATE INDEX orders_by_state ON orders (shop_id, state, order_id);

CREATE TABLE order_items (
  shop_id BIGINT NOT NULL, order_id BIGINT NOT NULL, line_no BIGINT NOT NULL,
  product_id BIGINT NOT NULL, name TEXT NOT NULL, quantity BIGINT NOT NULL, unit_price_minor BIGINT,
  PRIMARY KEY (shop_id, order_id, line_no)
) /*clustered*/;

CREATE TABLE purchases (           -- which customer bought which product: one row a line of a paid order
  shop_id BIGINT NOT NULL, product_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, order_id BIGINT NOT NULL,
  quantity BIGINT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, product_id, customer_id, order_id)
) /*clustered*/;

CREATE TABLE shipments (
  shop_id BIGINT NOT NULL, order_id BIGINT NOT NULL, shipment_id BIGINT NOT NULL,
  carrier TEXT NOT NULL,           -- code of handlers/carriers.h: 'sf', 'zto', ...
  tracking_no TEXT NOT NULL, state TEXT NOT NULL,  -- 'shipped','in_transit','out_for_delivery','delivered','exception','returned'
  shipped_at_ms BIGINT NOT NULL, delivered_at_ms BIGINT, updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, order_id, shipment_id)
) /*clustered*/;
CREATE INDEX shipments_by_number ON shipments (shop_id, tracking_no);

CREATE TABLE staff (
  shop_id BIGINT NOT NULL, staff_id BIGINT NOT NULL, name TEXT NOT NULL,
  role TEXT NOT NULL,              -- 'owner', 'operator', 'viewer'
  language TEXT NOT NULL, active BIGINT NOT NULL,
  pairing_hash TEXT NOT NULL, pairing_expires_ms BIGINT NOT NULL,  -- SHA-256 of the open one-time code, '' none
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, staff_id)
);
CREATE UNIQUE INDEX staff_by_name ON staff (shop_id, name);
CREATE TABLE staff_contacts (
  shop_id BIGINT NOT NULL, contact_id BIGINT NOT NULL, staff_id BIGINT NOT NULL, paired_at_ms BIGINT NOT NULL,
  dialog TEXT NOT NULL,            -- JSON: the open question in this chat, '' none
  PRIMARY KEY (shop_id, contact_id)
);
CREATE TABLE pairing_attempts (    -- wrong codes by contact, to slow guessing down
  shop_id BIGINT NOT NULL, contact_id BIGINT NOT NULL, failures BIGINT NOT NULL, last_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, contact_id)
);
CREATE TABLE undo_log (
  shop_id BIGINT NOT NULL, undo_id BIGINT NOT NULL, staff_id BIGINT NOT NULL, at_ms BIGINT NOT NULL,
  action TEXT NOT NULL,            -- JSON: what was done and how to take it back
  undone_at_ms BIGINT,
  PRIMARY KEY (shop_id, undo_id)
);
CREATE INDEX undo_log_by_staff ON undo_log (shop_id, staff_id, undo_id);

CREATE TABLE tasks (               -- follow-ups a person does
  shop_id BIGINT NOT NULL, task_id BIGINT NOT NULL, customer_id BIGINT, staff_id BIGINT,
  text TEXT NOT NULL, due_at_ms BIGINT NOT NULL, state TEXT NOT NULL,  -- 'open', 'done', 'cancelled'
  source_key TEXT NOT NULL,        -- makes a rule's task unique, '' by hand
  created_at_ms BIGINT NOT NULL, done_at_ms BIGINT,
  PRIMARY KEY (shop_id, task_id)
);
CREATE INDEX tasks_open ON tasks (shop_id, state, due_at_ms);
CREATE UNIQUE INDEX tasks_by_source ON tasks (shop_id, source_key) WHERE source_key <> '';

CREATE TABLE segments (
  shop_id BIGINT NOT NULL, segment_id BIGINT NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL, updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, segment_id)
);
CREATE UNIQUE INDEX segments_by_name ON segments (shop_id, name);

CREATE TABLE templates (           -- every version is kept; a row is never changed
  shop_id BIGINT NOT NULL, name TEXT NOT NULL, language TEXT NOT NULL, channel_kind TEXT NOT NULL,  -- '' any channel
  version BIGINT NOT NULL,
  body TEXT NOT NULL, extras TEXT NOT NULL,  -- JSON: buttons, image, platform template
  stock BIGINT NOT NULL,           -- 1: came with the program and was not edited
  retired BIGINT NOT NULL, created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, name, language, channel_kind, version)
) /*clustered*/;

CREATE TABLE rules (
  shop_id BIGINT NOT NULL, rule_id BIGINT NOT NULL, name TEXT NOT NULL,
  version BIGINT NOT NULL,         -- rises with every edit and switch: reminders carry it
  enabled BIGINT NOT NULL, stock BIGINT NOT NULL,
  trigger_on TEXT NOT NULL,        -- what wakes it: 'order.placed', 'birthday', 'lapsed', ... (handlers/rule_format.h)
  definition TEXT NOT NULL,        -- JSON (templates/rules/*.json)
  updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, rule_id)
);
CREATE UNIQUE INDEX rules_by_name ON rules (shop_id, name);

-- Due reminders: read from the front, deleted as they fire, never hunted down. One pending step per chain. Keyed by
-- time first, so that a tick costs what is due and not how many shops there are.
CREATE TABLE reminders (
  due_at_ms BIGINT NOT NULL, shop_id BIGINT NOT NULL, rule_id BIGINT NOT NULL, customer_id BIGINT NOT NULL,
  cause TEXT NOT NULL,             -- 'order:77#1', 'birthday:2026#1', ... : with the rule the unique reason to send
  rule_version BIGINT NOT NULL,
  base_at_ms BIGINT NOT NULL,      -- when the cause came about: what the rule's offsets count from
  PRIMARY KEY (due_at_ms, shop_id, rule_id, customer_id, cause)
) /*clustered*/;

CREATE TABLE broadcasts (
  shop_id BIGINT NOT NULL, broadcast_id BIGINT NOT NULL,
  name TEXT NOT NULL, segment TEXT NOT NULL,              -- the query as typed
  template_name TEXT NOT NULL, template_version BIGINT NOT NULL,  -- '' when body holds the text
  body TEXT NOT NULL, extras TEXT NOT NULL, class TEXT NOT NULL,  -- class: 'marketing', 'notice'
  state TEXT NOT NULL,             -- 'draft','scheduled','planning','sending','paused','done','cancelled'
  state_before_pause TEXT NOT NULL,
  starts_at_ms BIGINT NOT NULL, expires_at_ms BIGINT NOT NULL,
  rrule TEXT NOT NULL, parent_id BIGINT, occurrence_ms BIGINT,    -- a repeating one makes a child for each time
  audience_count BIGINT NOT NULL, plan_cursor BIGINT NOT NULL,    -- plan_cursor: last customer planned
  send_cursor BIGINT NOT NULL,     -- every row up to this customer was taken up by the sender
  created_by BIGINT, created_at_ms BIGINT NOT NULL, started_at_ms BIGINT, finished_at_ms BIGINT,
  progress TEXT NOT NULL,          -- JSON: where the progress message stands in the seller's chat
  PRIMARY KEY (shop_id, broadcast_id)
);
CREATE INDEX broadcasts_by_state ON broadcasts (state, starts_at_ms);
CREATE UNIQUE INDEX broadcasts_by_occurrence ON broadcasts (shop_id, parent_id, occurrence_ms) WHERE parent_id IS NOT NULL;
CREATE TABLE broadcast_counts (
  shop_id BIGINT NOT NULL, broadcast_id BIGINT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, count BIGINT NOT NULL,
  PRIMARY KEY (shop_id, broadcast_id, state, reason)
) /*clustered*/;

-- The ledger. One row for one intended send; its key makes a second plan impossible:
--   broadcast  ('b', broadcast_id, customer_id, '')
--   reminder   ('r', rule_id,      customer_id, cause)
--   message    ('m', 0,            customer_id, id)      replies, relays, answers of the bot
CREATE TABLE deliveries (
  shop_id BIGINT NOT NULL, source TEXT NOT NULL, source_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, cause TEXT NOT NULL,
  state TEXT NOT NULL,             -- planned due sending accepted delivered read deferred dropped failed cancelled unknown
  reason TEXT NOT NULL,            -- closed list of handlers/reasons.h, '' none
  class TEXT NOT NULL,             -- 'reply','staff','notice','marketing'
  contact_id BIGINT NOT NULL,      -- 0 until policy chose one
  due_at_ms BIGINT NOT NULL, expires_at_ms BIGINT NOT NULL, attempts BIGINT NOT NULL,
  payload TEXT NOT NULL,           -- JSON of a direct message or the variables of a reminder; '' for broadcasts
  platform_message_id TEXT NOT NULL, updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, source, source_id, customer_id, cause)
) /*clustered*/;

-- What the sender does next, all but the untouched rows of a broadcast (those are walked in the ledger's own order).
-- One front per channel, so that a waiting channel holds up nobody else; channel 0: not routed to a contact yet.
CREATE TABLE send_queue (
  channel_id BIGINT NOT NULL, lane BIGINT NOT NULL,  -- lane 0 replies and notices, 1 bulk
  due_at_ms BIGINT NOT NULL, shop_id BIGINT NOT NULL,
  source TEXT NOT NULL, source_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, cause TEXT NOT NULL,
  PRIMARY KEY (channel_id, lane, due_at_ms, shop_id, source, source_id, customer_id, cause)
) /*clustered*/;

CREATE TABLE in_flight (           -- deliveries in state 'sending': few rows, so that a restart finds them at once
  shop_id BIGINT NOT NULL, source TEXT NOT NULL, source_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, cause TEXT NOT NULL,
  channel_id BIGINT NOT NULL, node TEXT NOT NULL, since_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, source, source_id, customer_id, cause)
) /*clustered*/;

CREATE TABLE marketing_sent (      -- for the frequency cap; rows older than the longest cap are removed
  shop_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, at_ms BIGINT NOT NULL, source TEXT NOT NULL, source_id BIGINT NOT NULL,
  PRIMARY KEY (shop_id, customer_id, at_ms, source, source_id)
) /*clustered*/;

CREATE TABLE jobs (
  shop_id BIGINT NOT NULL, job_id BIGINT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,  -- 'running','done','failed','cancelled'
  done BIGINT NOT NULL, total BIGINT NOT NULL, data TEXT NOT NULL, error TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL, updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, job_id)
);

CREATE TABLE webhook_endpoints (
  shop_id BIGINT NOT NULL, endpoint_id BIGINT NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL,
  kinds TEXT NOT NULL,             -- JSON list of event kinds, [] all
  enabled BIGINT NOT NULL, created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, endpoint_id)
);
CREATE TABLE webhook_queue (
  due_at_ms BIGINT NOT NULL, shop_id BIGINT NOT NULL, endpoint_id BIGINT NOT NULL, event_id BIGINT NOT NULL,
  attempts BIGINT NOT NULL, body TEXT NOT NULL, last_error TEXT NOT NULL,
  PRIMARY KEY (due_at_ms, shop_id, endpoint_id, event_id)
) /*clustered*/;

CREATE TABLE api_keys (
  shop_id BIGINT NOT NULL, key_id BIGINT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
  hash TEXT NOT NULL,              -- SHA-256 of the key, hex
  prefix TEXT NOT NULL,            -- its first characters, to recognise it in a list
  created_at_ms BIGINT NOT NULL, revoked_at_ms BIGINT, last_used_ms BIGINT,
  PRIMARY KEY (shop_id, key_id)
);
CREATE UNIQUE INDEX api_keys_by_hash ON api_keys (hash, shop_id);  -- a request brings only its key

CREATE TABLE idempotency (
  shop_id BIGINT NOT NULL, key TEXT NOT NULL, request_hash TEXT NOT NULL, status BIGINT NOT NULL, body TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, key)
) /*clustered*/;
