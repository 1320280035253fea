-- The tags that a contact was last known to have on its platform: one that is missing there later was taken off there.
CREATE TABLE platform_tags (
  shop_id BIGINT NOT NULL, contact_id BIGINT NOT NULL, name TEXT NOT NULL,
  at_ms BIGINT NOT NULL,  -- when it was seen or put there
  PRIMARY KEY (shop_id, contact_id, name)
) /*clustered*/;
