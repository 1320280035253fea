-- Rows that only schema 0002 can hold; those of 0001 come with its own file.
UPDATE in_flight SET fence = 3 WHERE node = 'shop/77';
INSERT INTO nodes (node_id, name, role, started_ms, seen_ms) VALUES ('4f1c2ab0d96e', 'shop/77', 'all', 1795310200000, 1795310243000);
INSERT INTO channel_leases (shop_id, channel_id, node_id, fence, until_ms) VALUES (1000, 1012, '4f1c2ab0d96e', 3, 1795310253000);
INSERT INTO work_leases (shop_id, name, node_id, until_ms) VALUES (1000, 'plan:1901', '4f1c2ab0d96e', 1795310253000);
INSERT INTO webchat_lines (shop_id, line_no, channel_id, node_id, contact, message_id, content) VALUES (1000, 1001, 1012, '4f1c2ab0d96e', 'mei', '1795310243388001', '{"text":"在的"}');
