-- Rows that only schema 0012 can hold.
INSERT INTO contacts (shop_id, contact_id, channel_id, external_id, customer_id, state, display_name, username, language, window_until_ms, replies_left, first_seen_ms, last_in_ms, last_out_ms, phone) VALUES (1000, 1684, 1012, 'CN.4471023998812', 1021, 'active', '小李', '', '', 0, -1, 1795051043388, 1795051043388, 0, '+8613800138000');
