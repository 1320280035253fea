-- What shop systems (Shopify, WooCommerce, 有赞) told, by their own ids.

CREATE TABLE shop_buyers (         -- who the shop system's buyer is here
  shop_id BIGINT NOT NULL, channel_id BIGINT NOT NULL, external_id TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  consent_at_ms BIGINT NOT NULL,   -- when the shop system last said what they agreed to, 0 never
  PRIMARY KEY (shop_id, channel_id, external_id)
) /*clustered*/;
CREATE INDEX shop_buyers_by_customer ON shop_buyers (shop_id, customer_id);

CREATE TABLE shop_orders (         -- all messages about one order, joined: their order of arrival makes no difference
  shop_id BIGINT NOT NULL, channel_id BIGINT NOT NULL, external_id TEXT NOT NULL,
  order_id BIGINT NOT NULL,        -- 0: no message with the whole order came yet
  known TEXT NOT NULL,             -- JSON of handlers/shop_order_known.h; nothing personal
  moves TEXT NOT NULL,             -- JSON: which changes of the order were ours, and what the seller changed since
  PRIMARY KEY (shop_id, channel_id, external_id)
) /*clustered*/;

CREATE TABLE shop_checkouts (
  shop_id BIGINT NOT NULL, channel_id BIGINT NOT NULL, external_id TEXT NOT NULL,
  checkout_no BIGINT NOT NULL,     -- ours
  customer_id BIGINT NOT NULL,     -- 0: not known who
  state TEXT NOT NULL,             -- 'open', 'ordered'
  changed_at_ms BIGINT NOT NULL, told_at_ms BIGINT NOT NULL,  -- told: checkout.abandoned, 0 never
  url TEXT NOT NULL, items TEXT NOT NULL, currency TEXT NOT NULL, total_minor BIGINT NOT NULL,
  PRIMARY KEY (shop_id, channel_id, external_id)
) /*clustered*/;
CREATE UNIQUE INDEX shop_checkouts_by_no ON shop_checkouts (shop_id, checkout_no);

CREATE INDEX customers_by_email ON customers (shop_id, lower(email)) WHERE email <> '';
