-- Templates that a chat platform approved once and does not let through now. A row without an end is never written: what
-- was missed about one is found out by trying it again.
CREATE TABLE template_holds (
  shop_id BIGINT NOT NULL, channel_id BIGINT NOT NULL,
  name TEXT NOT NULL, language TEXT NOT NULL,  -- small letters, '_' between language and country
  state TEXT NOT NULL,                         -- 'paused', 'off'; 'waits': a send was put off for hours
  until_ms BIGINT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, channel_id, name, language)
) /*clustered*/;
