-- Spreads Laoke's tables over the workers of a Citus cluster by shop. Run it once, on the coordinator, as the owner of the
-- tables, after `laoke migrate --database postgresql://…` made them and before the first shop is served:
--
--   psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f deploy/citus.sql
--
-- All nodes of Laoke then connect to the coordinator. Rows of one shop lie together (one colocation group), every unique
-- key contains the shop and no foreign key crosses tables, so each transaction of a shop runs on one worker.
BEGIN;
CREATE EXTENSION IF NOT EXISTS citus;

-- Of the whole installation, few rows: on every server.
SELECT create_reference_table('id_blocks');
SELECT create_reference_table('nodes');
SELECT create_reference_table('shops');
SELECT create_reference_table('work_leases');

-- Of one shop. The first one founds the colocation group.
SELECT create_distributed_table('addresses', 'shop_id');
SELECT create_distributed_table('api_keys', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('attributes', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('batch_jobs', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('batches', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('broadcast_counts', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('broadcasts', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('callbacks', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('channel_leases', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('channels', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('consents', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('contacts', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('counters', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('customer_facts', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('customer_tags', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('customers', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('dead_letters', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('deliveries', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('errands', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('events', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('idempotency', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('in_flight', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('jobs', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('marketing_sent', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('merge_suggestions', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('merges', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('message_links', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('messages', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('notes', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('order_items', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('orders', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('pairing_attempts', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('parcel_news', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('parcel_questions', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('persons', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('phones', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('platform_tags', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('products', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('purchases', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('reminders', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('reply_tokens', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('rules', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('segments', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('send_queue', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('send_steps', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('shipments', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('shop_buyers', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('shop_checkouts', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('shop_orders', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('staff', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('staff_contacts', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('tags', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('tasks', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('template_holds', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('templates', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('undo_log', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('webchat_lines', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('webhook_endpoints', 'shop_id', colocate_with => 'addresses');
SELECT create_distributed_table('webhook_queue', 'shop_id', colocate_with => 'addresses');
COMMIT;
