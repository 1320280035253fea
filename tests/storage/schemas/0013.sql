-- Rows that only schema 0013 can hold.
INSERT INTO batch_jobs (shop_id, channel_id, platform_message_id, broadcast_id, first_customer_id, last_customer_id, state, addressed, kept, sent, errors, words, at_ms)
VALUES (1000, 1012, '1000001625', 77, 1001, 1003, 'sent', 120, 110, 108, 2, 'send success', 1795310240000);
