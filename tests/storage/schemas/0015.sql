-- Rows that only schema 0015 can hold.
INSERT INTO platform_tags (shop_id, contact_id, name, at_ms) VALUES (1000, 1684, '油性皮肤', 1795310240000);
