-- Rows that only schema 0011 can hold.
INSERT INTO parcel_questions (shop_id, tracking_no, asked_at_ms) VALUES (1000, 'SF1234567890', 1795310240000);
