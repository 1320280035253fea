-- Several servers on one database. Times in these tables are by the clock the nodes share (Transaction::shared_clock_ms).

CREATE TABLE nodes (               -- running servers; of the whole installation, so without a shop
  node_id TEXT PRIMARY KEY,        -- random, new at each start
  name TEXT NOT NULL,              -- host and process, for people
  role TEXT NOT NULL,              -- 'all', 'hooks', 'worker'
  started_ms BIGINT NOT NULL, seen_ms BIGINT NOT NULL
);

CREATE TABLE channel_leases (      -- who sends on a channel
  shop_id BIGINT NOT NULL, channel_id BIGINT NOT NULL,
  node_id TEXT NOT NULL,           -- '' given back
  fence BIGINT NOT NULL,           -- rises each time the channel changes hands
  until_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, channel_id)
);

CREATE TABLE work_leases (         -- who does a piece of work that takes more than one transaction
  shop_id BIGINT NOT NULL, name TEXT NOT NULL,  -- 'plan:77', 'backfill:12', 'webhook:5'; shop 0: of no shop
  node_id TEXT NOT NULL, until_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, name)
);

-- Under which fence a send was claimed; rows of an earlier one are settled by whoever takes the channel over.
ALTER TABLE in_flight ADD COLUMN fence BIGINT NOT NULL DEFAULT 0;

CREATE TABLE webchat_lines (       -- what webchat said lately, for event streams on other servers than the one that said it
  shop_id BIGINT NOT NULL, line_no BIGINT NOT NULL,  -- rises with each line of the shop
  channel_id BIGINT NOT NULL, node_id TEXT NOT NULL, contact TEXT NOT NULL,
  message_id TEXT NOT NULL, content TEXT NOT NULL,   -- content: JSON, as in deliveries.payload
  PRIMARY KEY (shop_id, line_no)
) /*clustered*/;
