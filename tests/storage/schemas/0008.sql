-- Rows that only schema 0008 can hold.
INSERT INTO shop_buyers (shop_id, channel_id, external_id, customer_id, consent_at_ms) VALUES (1000, 1012, '115310627314723954', 1001, 1795310240000);
INSERT INTO shop_orders (shop_id, channel_id, external_id, order_id, known, moves) VALUES (1000, 1012, '820982911946154508', 0, '{"paid":true}', '');
INSERT INTO shop_checkouts (shop_id, channel_id, external_id, checkout_no, customer_id, state, changed_at_ms, told_at_ms, url, items, currency, total_minor)
VALUES (1000, 1012, 'c1', 1950, 1001, 'open', 1795310240000, 1795310240000, 'https://shop.example/recover?c1', '面霜×1', 'CNY', 19900);
