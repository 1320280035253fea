// A bot on grammY with node-pg, a pool of 16: webhook, one transaction an update, answered after the commit.
//   node grammy_postgres.mjs PORT SECRET URL
import http from 'node:http';
import { Bot, webhookCallback } from 'grammy';
import pg from 'pg';
import { TOKEN, botInfo } from './bot_info.mjs';

const [port, secretToken, connectionString] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString, max: 16 });
await pool.query(`
  CREATE TABLE IF NOT EXISTS updates (update_id BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS contacts (
    contact_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, chat_id BIGINT NOT NULL UNIQUE, name TEXT NOT NULL,
    username TEXT NOT NULL, language TEXT NOT NULL, last_in_ms BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS messages (
    message_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, contact_id BIGINT NOT NULL,
    platform_message_id BIGINT NOT NULL, text TEXT NOT NULL, at_ms BIGINT NOT NULL);`);

const INSERT_UPDATE = 'INSERT INTO updates VALUES ($1, $2) ON CONFLICT DO NOTHING';
const UPSERT_CONTACT = `
  INSERT INTO contacts (chat_id, name, username, language, last_in_ms) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (chat_id) DO UPDATE SET name = excluded.name, username = excluded.username, language = excluded.language,
    last_in_ms = excluded.last_in_ms RETURNING contact_id`;
const INSERT_MESSAGE = 'INSERT INTO messages (contact_id, platform_message_id, text, at_ms) VALUES ($1, $2, $3, $4)';

async function take(client, update) {
  const now = Date.now();
  const first = await client.query({ name: 'update', text: INSERT_UPDATE, values: [update.update_id, now] });
  if (first.rowCount === 0) return;
  const { message } = update;
  const { from } = message;
  const contact = await client.query({ name: 'contact', text: UPSERT_CONTACT, values: [message.chat.id,
    `${from.first_name} ${from.last_name ?? ''}`, from.username ?? '', from.language_code ?? '', now] });
  await client.query({ name: 'message', text: INSERT_MESSAGE, values: [contact.rows[0].contact_id, message.message_id,
    message.text ?? '', message.date * 1000] });
}

const bot = new Bot(TOKEN, { botInfo });
bot.on('message', async (ctx) => {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await take(client, ctx.update);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
});
const handle = webhookCallback(bot, 'http', { secretToken });
http.createServer(handle).listen(Number(port), '127.0.0.1', 1024);
