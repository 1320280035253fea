-- Rows that only schema 0014 can hold.
INSERT INTO template_holds (shop_id, channel_id, name, language, state, until_ms, at_ms)
VALUES (1000, 1012, 'promo_v1', 'zh_cn', 'paused', 1795320240000, 1795310240000);
