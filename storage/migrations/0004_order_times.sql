-- Who ordered when, and who is no customer, without a look at each customer (storage/segment_lists.h).
CREATE INDEX customer_facts_by_last_order ON customer_facts (shop_id, last_order_ms, customer_id);
CREATE INDEX customer_facts_not_customers ON customer_facts (shop_id, standing, customer_id) WHERE standing <> 0;
