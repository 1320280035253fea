-- Rows of a shop under schema 0002, a few of each table.
INSERT INTO addresses (shop_id, address_id, customer_id, recipient, phone, region, city, line, postcode, country, is_default, created_at_ms) VALUES (1000, 1032, 1021, '', '', 'California', 'San Diego', '10 Harbor Drive, San Diego, CA', '', 'US', 1, 1795310243388);
INSERT INTO addresses (shop_id, address_id, customer_id, recipient, phone, region, city, line, postcode, country, is_default, created_at_ms) VALUES (1000, 1045, 1034, '', '', 'New York', 'New York', '13 West 4th Street, New York, NY', '', 'US', 1, 1795310243388);
INSERT INTO addresses (shop_id, address_id, customer_id, recipient, phone, region, city, line, postcode, country, is_default, created_at_ms) VALUES (1000, 1056, 1047, '', '', 'Texas', 'Austin', '16 Congress Avenue, Austin, TX', '', 'US', 1, 1795310243388);
INSERT INTO channels (shop_id, channel_id, name, kind, settings, state, state_reason, cursor, paused_until_ms, created_at_ms) VALUES (1000, 1012, 'webchat', 'webchat', '{"token":"webchat-token"}', 'on', '', '', 0, 1795310243375);
INSERT INTO contacts (shop_id, contact_id, channel_id, external_id, customer_id, state, display_name, username, language, window_until_ms, replies_left, first_seen_ms, last_in_ms, last_out_ms) VALUES (1000, 1681, 1012, 'Olivia Hart', 1021, 'active', 'Olivia Hart', '', '', 0, -1, 1795223843388, 1795223843388, 0);
INSERT INTO contacts (shop_id, contact_id, channel_id, external_id, customer_id, state, display_name, username, language, window_until_ms, replies_left, first_seen_ms, last_in_ms, last_out_ms) VALUES (1000, 1682, 1012, 'Liam Brooks', 1034, 'active', 'Liam Brooks', '', '', 0, -1, 1795137443388, 1795137443388, 0);
INSERT INTO contacts (shop_id, contact_id, channel_id, external_id, customer_id, state, display_name, username, language, window_until_ms, replies_left, first_seen_ms, last_in_ms, last_out_ms) VALUES (1000, 1683, 1012, 'Emma Reyes', 1047, 'active', 'Emma Reyes', '', '', 0, -1, 1795051043388, 1795051043388, 0);
INSERT INTO counters (shop_id, name, value) VALUES (1000, 'order', 1081);
INSERT INTO customer_facts (shop_id, customer_id, standing, opted_out, stage, grade, created_at_ms, last_order_ms, first_order_ms, order_count, spent_minor, last_in_ms, last_out_ms, birthday_md, owner_id) VALUES (1000, 1021, 0, 0, 'new', 'A', 1795310243388, 1795305600000, 1795305600000, 1, 0, 1795223843388, NULL, 1124, NULL);
INSERT INTO customer_facts (shop_id, customer_id, standing, opted_out, stage, grade, created_at_ms, last_order_ms, first_order_ms, order_count, spent_minor, last_in_ms, last_out_ms, birthday_md, owner_id) VALUES (1000, 1034, 0, 0, 'regular', 'C', 1795310243388, 1794700800000, 1791331200000, 2, 26400, 1795137443388, NULL, 1220, NULL);
INSERT INTO customer_facts (shop_id, customer_id, standing, opted_out, stage, grade, created_at_ms, last_order_ms, first_order_ms, order_count, spent_minor, last_in_ms, last_out_ms, birthday_md, owner_id) VALUES (1000, 1047, 0, 0, 'regular', 'C', 1795310243388, 1794096000000, 1788048000000, 3, 107200, 1795051043388, NULL, 1228, NULL);
INSERT INTO customer_tags (shop_id, tag_id, customer_id, added_at_ms) VALUES (1000, 1028, 1021, 1795310243388);
INSERT INTO customer_tags (shop_id, tag_id, customer_id, added_at_ms) VALUES (1000, 1028, 1070, 1795310243388);
INSERT INTO customer_tags (shop_id, tag_id, customer_id, added_at_ms) VALUES (1000, 1028, 1111, 1795310243388);
INSERT INTO customers (shop_id, customer_id, name, search_key, email, language, time_zone, birthday, source, referrer_id, external_id, merged_into, created_at_ms, updated_at_ms) VALUES (1000, 1021, 'Olivia Hart', '|olivia hart|oliviahart|oh|', '', '', '', '1980-11-24', 'import', NULL, 'demo-1', NULL, 1795310243388, 1795310243388);
INSERT INTO customers (shop_id, customer_id, name, search_key, email, language, time_zone, birthday, source, referrer_id, external_id, merged_into, created_at_ms, updated_at_ms) VALUES (1000, 1034, 'Liam Brooks', '|liam brooks|liambrooks|lb|', '', '', '', '1981-12-20', 'import', NULL, 'demo-2', NULL, 1795310243388, 1795310243388);
INSERT INTO customers (shop_id, customer_id, name, search_key, email, language, time_zone, birthday, source, referrer_id, external_id, merged_into, created_at_ms, updated_at_ms) VALUES (1000, 1047, 'Emma Reyes', '|emma reyes|emmareyes|er|', '', '', '', '1982-12-28', 'import', NULL, 'demo-3', NULL, 1795310243388, 1795310243388);
INSERT INTO events (shop_id, customer_id, event_id, kind, at_ms, data) VALUES (1000, 1021, 1022, 'customer.created', 1795310243388, '{"name":"Olivia Hart","source":"import"}');
INSERT INTO events (shop_id, customer_id, event_id, kind, at_ms, data) VALUES (1000, 1021, 1023, 'customer.updated', 1795310243388, '{"field":"external_id","value":"demo-1"}');
INSERT INTO events (shop_id, customer_id, event_id, kind, at_ms, data) VALUES (1000, 1021, 1024, 'customer.updated', 1795310243388, '{"field":"birthday","value":"1980-11-24"}');
UPDATE id_blocks SET next_id = 2000 WHERE name = 'id';
INSERT INTO notes (shop_id, note_id, customer_id, text, staff_id, created_at_ms) VALUES (1000, 1058, 1047, 'likes a sample first', NULL, 1795310243388);
INSERT INTO notes (shop_id, note_id, customer_id, text, staff_id, created_at_ms) VALUES (1000, 1131, 1121, 'likes a sample first', NULL, 1795310243388);
INSERT INTO notes (shop_id, note_id, customer_id, text, staff_id, created_at_ms) VALUES (1000, 1204, 1194, 'likes a sample first', NULL, 1795310243388);
INSERT INTO order_items (shop_id, order_id, line_no, product_id, name, quantity, unit_price_minor) VALUES (1000, 1444, 1, 1013, 'Rose cream', 1, 19800);
INSERT INTO order_items (shop_id, order_id, line_no, product_id, name, quantity, unit_price_minor) VALUES (1000, 1446, 1, 1014, 'Green tea cleanser', 2, 8800);
INSERT INTO order_items (shop_id, order_id, line_no, product_id, name, quantity, unit_price_minor) VALUES (1000, 1449, 1, 1014, 'Green tea cleanser', 1, 8800);
INSERT INTO orders (shop_id, order_id, number, customer_id, state, currency, total_minor, recipient, phone, address, note, source, external_id, created_at_ms, placed_at_ms, paid_at_ms, shipped_at_ms, delivered_at_ms, completed_at_ms, cancelled_at_ms, refunded_at_ms, version) VALUES (1000, 1444, 1001, 1021, 'placed', 'USD', 19800, '', '', '', '', 'import', 'demo-1-1', 1795305600000, 1795305600000, NULL, NULL, NULL, NULL, NULL, NULL, 1);
INSERT INTO orders (shop_id, order_id, number, customer_id, state, currency, total_minor, recipient, phone, address, note, source, external_id, created_at_ms, placed_at_ms, paid_at_ms, shipped_at_ms, delivered_at_ms, completed_at_ms, cancelled_at_ms, refunded_at_ms, version) VALUES (1000, 1446, 1002, 1034, 'shipped', 'USD', 17600, '', '', '', '', 'import', 'demo-2-1', 1794700800000, 1794700800000, 1794700800000, 1794700800000, NULL, NULL, NULL, NULL, 1);
INSERT INTO orders (shop_id, order_id, number, customer_id, state, currency, total_minor, recipient, phone, address, note, source, external_id, created_at_ms, placed_at_ms, paid_at_ms, shipped_at_ms, delivered_at_ms, completed_at_ms, cancelled_at_ms, refunded_at_ms, version) VALUES (1000, 1449, 1003, 1034, 'completed', 'USD', 8800, '', '', '', '', 'import', 'demo-2-2', 1791331200000, 1791331200000, 1791331200000, 1791331200000, 1791331200000, 1791331200000, NULL, NULL, 1);
INSERT INTO phones (shop_id, customer_id, phone, source, created_at_ms) VALUES (1000, 1021, '+12025550100', 'import', 1795310243388);
INSERT INTO phones (shop_id, customer_id, phone, source, created_at_ms) VALUES (1000, 1034, '+12025550101', 'import', 1795310243388);
INSERT INTO phones (shop_id, customer_id, phone, source, created_at_ms) VALUES (1000, 1047, '+12025550102', 'import', 1795310243388);
INSERT INTO products (shop_id, product_id, sku, name, search_key, family, price_minor, currency, usage_days, care, care_after_days, active, created_at_ms) VALUES (1000, 1013, 'D-01', 'Rose cream', '|rose cream|rosecream|rc|', 'Cream', 19800, 'USD', 45, 'A pea of it after washing, morning and evening', 3, 1, 1795310243388);
INSERT INTO products (shop_id, product_id, sku, name, search_key, family, price_minor, currency, usage_days, care, care_after_days, active, created_at_ms) VALUES (1000, 1014, 'D-02', 'Green tea cleanser', '|green tea cleanser|greenteacleanser|gtc|', 'Cleanser', 8800, 'USD', 40, 'Lather it with water first', 3, 1, 1795310243388);
INSERT INTO products (shop_id, product_id, sku, name, search_key, family, price_minor, currency, usage_days, care, care_after_days, active, created_at_ms) VALUES (1000, 1015, 'D-03', 'Niacinamide serum', '|niacinamide serum|niacinamideserum|ns|', 'Serum', 26800, 'USD', 35, 'Begin with every other day', 3, 1, 1795310243388);
INSERT INTO purchases (shop_id, product_id, customer_id, order_id, quantity, at_ms) VALUES (1000, 1013, 1194, 1546, 1, 1793664000000);
INSERT INTO purchases (shop_id, product_id, customer_id, order_id, quantity, at_ms) VALUES (1000, 1013, 1278, 1593, 1, 1794182400000);
INSERT INTO purchases (shop_id, product_id, customer_id, order_id, quantity, at_ms) VALUES (1000, 1013, 1362, 1639, 1, 1794700800000);
INSERT INTO reminders (due_at_ms, shop_id, rule_id, customer_id, cause, rule_version, base_at_ms) VALUES (1795312800000, 1000, 1010, 1021, 'order:1444#1', 1, 1795305600000);
INSERT INTO reminders (due_at_ms, shop_id, rule_id, customer_id, cause, rule_version, base_at_ms) VALUES (1795514400000, 1000, 1001, 1021, 'birthday:2026#1', 1, 1795478400000);
INSERT INTO reminders (due_at_ms, shop_id, rule_id, customer_id, cause, rule_version, base_at_ms) VALUES (1795860000000, 1000, 1001, 1111, 'birthday:2026#1', 1, 1795824000000);
INSERT INTO rules (shop_id, rule_id, name, version, enabled, stock, trigger_on, definition, updated_at_ms) VALUES (1000, 1001, 'birthday', 1, 1, 1, 'birthday', '{
  "name": "birthday",
  "title": {"zh-CN": "生日祝福", "en": "Birthday wish"},
  "trigger": {"date": "birthday"},
  "steps": [{"offset": "+0d 10:00", "template": "birthday"}],
  "class": "marketing",
  "expires": "12h",
  "quiet": "wait",
  "resend_unknown": false,
  "enabled": true
}
', 1795310243375);
INSERT INTO rules (shop_id, rule_id, name, version, enabled, stock, trigger_on, definition, updated_at_ms) VALUES (1000, 1002, 'care_tip', 1, 1, 1, 'care_due', '{
  "name": "care_tip",
  "title": {"zh-CN": "使用提示", "en": "Care tip"},
  "trigger": {"state": "care_due"},
  "steps": [{"offset": "+0d 10:30", "template": "care_tip"}],
  "class": "notice",
  "expires": "3d",
  "quiet": "wait",
  "resend_unknown": false,
  "enabled": true
}
', 1795310243375);
INSERT INTO rules (shop_id, rule_id, name, version, enabled, stock, trigger_on, definition, updated_at_ms) VALUES (1000, 1003, 'delivered_checkin', 1, 1, 1, 'order.delivered', '{
  "name": "delivered_checkin",
  "title": {"zh-CN": "收货回访", "en": "Check-in after delivery"},
  "trigger": {"event": "order.delivered"},
  "steps": [{"offset": "+1d 10:00", "template": "delivered_checkin"}],
  "cancelled_by": ["order.cancelled", "order.refunded"],
  "class": "notice",
  "expires": "2d",
  "quiet": "wait",
  "resend_unknown": false,
  "enabled": true
}
', 1795310243375);
INSERT INTO segments (shop_id, segment_id, name, query, created_at_ms, updated_at_ms) VALUES (1000, 1721, 'oily-regulars', 'tag:"oily skin" orders>=2', 1795310243388, 1795310243388);
INSERT INTO segments (shop_id, segment_id, name, query, created_at_ms, updated_at_ms) VALUES (1000, 1722, 'sleeping', 'last_order>45d', 1795310243388, 1795310243388);
INSERT INTO segments (shop_id, segment_id, name, query, created_at_ms, updated_at_ms) VALUES (1000, 1723, 'VIP-San-Diego', 'city:"San Diego" tag:VIP', 1795310243388, 1795310243388);
INSERT INTO shops (shop_id, slug, name, time_zone, language, currency, country, settings, config_version, created_at_ms) VALUES (1000, 'default', 'My shop', 'UTC', 'en', 'USD', 'US', '{"ask_consent":false,"broadcast_valid_hours":24,"greet_new_contacts":true,"marketing_per_day":1,"marketing_per_week":2,"quiet_from":"21:00","quiet_to":"09:00","relay_messages":true}', 13, 1795310243375);
INSERT INTO tags (shop_id, tag_id, name, tag_group, customer_count, created_at_ms) VALUES (1000, 1028, 'oily skin', 'skin', 10, 1795310243388);
INSERT INTO tags (shop_id, tag_id, name, tag_group, customer_count, created_at_ms) VALUES (1000, 1030, 'VIP', '', 8, 1795310243388);
INSERT INTO tags (shop_id, tag_id, name, tag_group, customer_count, created_at_ms) VALUES (1000, 1041, 'dry skin', 'skin', 10, 1795310243388);
INSERT INTO templates (shop_id, name, language, channel_kind, version, body, extras, stock, retired, created_at_ms) VALUES (1000, 'birthday', 'en', '', 1, 'Happy birthday, {{customer.first_name|there}}! 🎂 All the best for the year ahead, from all of us at {{shop.name}}.
(Reply STOP to opt out)', '{}', 1, 0, 1795310243375);
INSERT INTO templates (shop_id, name, language, channel_kind, version, body, extras, stock, retired, created_at_ms) VALUES (1000, 'birthday', 'zh-CN', '', 2, '{{customer.name|亲}}，生日快乐！🎂 愿您天天开心，{{shop.name}}一直在这里等您。
（不想再收到？回复TD退订）', '{}', 1, 0, 1795310243375);
INSERT INTO templates (shop_id, name, language, channel_kind, version, body, extras, stock, retired, created_at_ms) VALUES (1000, 'care_tip', 'en', '', 1, 'Hi {{customer.first_name|there}}, how are you getting on with {{product.name}}? {{#product.care}}A little tip: {{product.care}}{{/product.care}}{{^product.care}}Ask me anything about using it.{{/product.care}}', '{}', 1, 0, 1795310243375);
INSERT INTO api_keys (shop_id, key_id, name, role, hash, prefix, created_at_ms, revoked_at_ms, last_used_ms) VALUES (1000, 1900, 'shop page', 'operator', 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9', 'lk_ab12', 1795310243388, NULL, 1795310243390);
INSERT INTO attributes (shop_id, name, customer_id, kind, text_value, number_value, updated_at_ms) VALUES (1000, 'skin', 1021, 'text', '油性', NULL, 1795310243388);
INSERT INTO attributes (shop_id, name, customer_id, kind, text_value, number_value, updated_at_ms) VALUES (1000, 'size', 1034, 'number', '37.5', 37.5, 1795310243388);
INSERT INTO broadcasts (shop_id, broadcast_id, name, segment, template_name, template_version, body, extras, class, state, state_before_pause, starts_at_ms, expires_at_ms, rrule, parent_id, occurrence_ms, audience_count, plan_cursor, send_cursor, created_by, created_at_ms, started_at_ms, finished_at_ms, progress) VALUES (1000, 1901, 'autumn', 'tag:VIP', '', 0, '秋天到了 {{customer.name}}', '{}', 'marketing', 'paused', 'sending', 1795310243388, 1795396643388, '', NULL, NULL, 3, 1047, 1021, NULL, 1795310243388, 1795310243388, NULL, '');
INSERT INTO broadcast_counts (shop_id, broadcast_id, state, reason, count) VALUES (1000, 1901, 'accepted', '', 1);
INSERT INTO broadcast_counts (shop_id, broadcast_id, state, reason, count) VALUES (1000, 1901, 'planned', '', 2);
INSERT INTO callbacks (shop_id, channel_id, event_key, received_at_ms) VALUES (1000, 1012, 'update:7', 1795310243388);
INSERT INTO consents (shop_id, customer_id, at_ms, kind, granted, source, evidence) VALUES (1000, 1021, 1795310243388, 'marketing', 0, 'customer', '退订');
INSERT INTO dead_letters (shop_id, dead_letter_id, channel_id, event_key, body, error, state, received_at_ms, settled_at_ms) VALUES (1000, 1902, 1012, 'update:8', '{"update_id":8', 'not JSON', 'open', 1795310243388, NULL);
INSERT INTO deliveries (shop_id, source, source_id, customer_id, cause, state, reason, class, contact_id, due_at_ms, expires_at_ms, attempts, payload, platform_message_id, updated_at_ms) VALUES (1000, 'b', 1901, 1021, '', 'accepted', '', 'marketing', 1903, 1795310243388, 1795396643388, 1, '', '55', 1795310243388);
INSERT INTO deliveries (shop_id, source, source_id, customer_id, cause, state, reason, class, contact_id, due_at_ms, expires_at_ms, attempts, payload, platform_message_id, updated_at_ms) VALUES (1000, 'b', 1901, 1034, '', 'sending', '', 'marketing', 1904, 1795310243388, 1795396643388, 1, '', '', 1795310243388);
INSERT INTO deliveries (shop_id, source, source_id, customer_id, cause, state, reason, class, contact_id, due_at_ms, expires_at_ms, attempts, payload, platform_message_id, updated_at_ms) VALUES (1000, 'r', 1001, 1047, 'order:1444#1', 'deferred', 'quiet_hours', 'marketing', 0, 1795400000000, 1795496643388, 0, '{}', '', 1795310243388);
INSERT INTO in_flight (shop_id, source, source_id, customer_id, cause, channel_id, node, since_ms, fence) VALUES (1000, 'b', 1901, 1034, '', 1012, 'shop/77', 1795310243388, 3);
INSERT INTO send_queue (channel_id, lane, due_at_ms, shop_id, source, source_id, customer_id, cause) VALUES (0, 1, 1795400000000, 1000, 'r', 1001, 1047, 'order:1444#1');
INSERT INTO idempotency (shop_id, key, request_hash, status, body, created_at_ms) VALUES (1000, '1900:abc', 'e3b0', 201, '{"id":1}', 1795310243388);
INSERT INTO jobs (shop_id, job_id, kind, state, done, total, data, error, created_at_ms, updated_at_ms) VALUES (1000, 1905, 'plan_rule', 'running', 5, 40, '{}', '', 1795310243388, 1795310243388);
INSERT INTO marketing_sent (shop_id, customer_id, at_ms, source, source_id) VALUES (1000, 1021, 1795310243388, 'b', 1901);
INSERT INTO merge_suggestions (shop_id, customer_a, customer_b, reason, state, at_ms) VALUES (1000, 1021, 1034, 'phone', 'open', 1795310243388);
INSERT INTO merges (shop_id, merge_id, kept_id, merged_id, moved, staff_id, at_ms, undone_at_ms) VALUES (1000, 1906, 1021, 1047, '{"contacts":[1]}', NULL, 1795310243388, NULL);
INSERT INTO messages (shop_id, customer_id, message_id, contact_id, direction, kind, text, media, platform_message_id, delivery_key, at_ms, edited_at_ms) VALUES (1000, 1021, 1907, 1903, 'in', 'text', '你好，it''s me 😀', '', '54', '', 1795310243388, NULL);
INSERT INTO message_links (shop_id, contact_id, platform_message_id, customer_id, about_contact_id, at_ms) VALUES (1000, 1908, '60', 1021, 1903, 1795310243388);
INSERT INTO pairing_attempts (shop_id, contact_id, failures, last_ms) VALUES (1000, 1903, 2, 1795310243388);
INSERT INTO shipments (shop_id, order_id, shipment_id, carrier, tracking_no, state, shipped_at_ms, delivered_at_ms, updated_at_ms) VALUES (1000, 1444, 1909, 'sf', 'SF1234567890', 'shipped', 1795310243388, NULL, 1795310243388);
INSERT INTO staff (shop_id, staff_id, name, role, language, active, pairing_hash, pairing_expires_ms, created_at_ms) VALUES (1000, 1910, '店主', 'owner', 'zh-CN', 1, '', 0, 1795310243388);
INSERT INTO staff_contacts (shop_id, contact_id, staff_id, paired_at_ms, dialog) VALUES (1000, 1908, 1910, 1795310243388, '');
INSERT INTO tasks (shop_id, task_id, customer_id, staff_id, text, due_at_ms, state, source_key, created_at_ms, done_at_ms) VALUES (1000, 1911, 1021, 1910, '回访', 1795400000000, 'open', '', 1795310243388, NULL);
INSERT INTO undo_log (shop_id, undo_id, staff_id, at_ms, action, undone_at_ms) VALUES (1000, 1912, 1910, 1795310243388, '{"kind":"tag"}', NULL);
INSERT INTO webhook_endpoints (shop_id, endpoint_id, url, secret, kinds, enabled, created_at_ms) VALUES (1000, 1913, 'https://example.com/hook', 'whsec_AAAA', '[]', 1, 1795310243388);
INSERT INTO webhook_queue (due_at_ms, shop_id, endpoint_id, event_id, attempts, body, last_error) VALUES (1795310243388, 1000, 1913, 1023, 1, '{}', 'refused');
INSERT INTO nodes (node_id, name, role, started_ms, seen_ms) VALUES ('4f1c2ab0d96e', 'shop/77', 'all', 1795310200000, 1795310243000);
INSERT INTO channel_leases (shop_id, channel_id, node_id, fence, until_ms) VALUES (1000, 1012, '4f1c2ab0d96e', 3, 1795310253000);
INSERT INTO work_leases (shop_id, name, node_id, until_ms) VALUES (1000, 'plan:1901', '4f1c2ab0d96e', 1795310253000);
INSERT INTO webchat_lines (shop_id, line_no, channel_id, node_id, contact, message_id, content) VALUES (1000, 1001, 1012, '4f1c2ab0d96e', 'mei', '1795310243388001', '{"text":"在的"}');
