-- Rows that only schema 0006 can hold; those of earlier ones come with their own files.
INSERT INTO errands (shop_id, errand_id, channel_id, kind, key, data, due_at_ms, created_at_ms, attempts, last_error) VALUES (1000, 2601, 1012, 'follow_parcel', '9c56cc51b374c3ba189210d5b6d4bf57', '{"carrier":"sf","tracking_no":"SF1234567890123"}', 1795310300000, 1795310243388, 2, '500 服务器错误');
UPDATE shipments SET reached = 'out_for_delivery', news = '[杭州市] 快件派送不成功', news_at_ms = 1795310243000, heard_at_ms = 1795310240000;
INSERT INTO parcel_news (shop_id, tracking_no, carrier, stage, text, at_ms, first_at_ms, received_at_ms) VALUES (1000, 'YT0000000000001', 'yto', 'in_transit', '[杭州市] 已发出', 1795310243000, 1795300000000, 1795310244000);
