-- Rows that only schema 0005 can hold.
UPDATE in_flight SET batch = '00112233445566778899aabbccddeeff', address = 'U1034' WHERE customer_id = 1034;
INSERT INTO batches (shop_id, batch_key, channel_id, broadcast_id, state, content, members, attempts, since_ms, due_at_ms, platform_message_id) VALUES (1000, '00112233445566778899aabbccddeeff', 1012, 1901, 'sealed', '{"text":"上新了"}', 1, 1, 1795310243388, 1795310243388, '');
INSERT INTO reply_tokens (shop_id, contact_id, token, at_ms) VALUES (1000, 1681, 'b60d432864f44d079f6d8efe86cf404b', 1795310243388);
UPDATE callbacks SET answered_by = 'm:0:1021:0000000000001907';
INSERT INTO persons (shop_id, person_id, customer_id, at_ms) VALUES (1000, 'oUnionid_A1', 1021, 1795310243388);
INSERT INTO send_steps (shop_id, source, source_id, customer_id, cause, contact_id, channel_id, reason, detail, at_ms) VALUES (1000, 'b', 1901, 1021, '', 1681, 1012, 'rejected', '400 too long', 1795310243388);
