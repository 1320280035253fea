-- When a service was last asked where a parcel is: it locks accounts that ask for one number too often.
CREATE TABLE parcel_questions (
  shop_id BIGINT NOT NULL, tracking_no TEXT NOT NULL,
  asked_at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, tracking_no)
) /*clustered*/;
