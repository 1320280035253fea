// What a callback leaves behind, in SQLite as a careful owner of a bot on Node would keep it: the update's number (a
// second delivery changes nothing), the contact, the message. synchronous=FULL, as Laoke runs.
import Database from 'better-sqlite3';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS updates (update_id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS contacts (
    contact_id INTEGER PRIMARY KEY, chat_id INTEGER NOT NULL UNIQUE, name TEXT NOT NULL, username TEXT NOT NULL,
    language TEXT NOT NULL, last_in_ms INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS messages (
    message_id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL, platform_message_id INTEGER NOT NULL, text TEXT NOT NULL,
    at_ms INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY, chat_id INTEGER NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL, platform_message_id INTEGER);`;

export function openDatabase(file) {
  const database = new Database(file);
  for (const pragma of ['journal_mode=WAL', 'synchronous=FULL', 'cache_size=-65536']) database.pragma(pragma);
  database.exec(SCHEMA);
  return database;
}

// take(update): to be called inside a transaction.
export function callbackStore(database) {
  const insertUpdate = database.prepare('INSERT INTO updates VALUES (?, ?) ON CONFLICT DO NOTHING');
  const upsertContact = database.prepare(
    `INSERT INTO contacts (chat_id, name, username, language, last_in_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (chat_id) DO UPDATE SET name = excluded.name, username = excluded.username, language = excluded.language,
       last_in_ms = excluded.last_in_ms RETURNING contact_id`).pluck();
  const insertMessage = database.prepare(
    'INSERT INTO messages (contact_id, platform_message_id, text, at_ms) VALUES (?, ?, ?, ?)');
  return function take(update) {
    const now = Date.now();
    if (insertUpdate.run(update.update_id, now).changes === 0) return;
    const { message } = update;
    const { from } = message;
    const contact = upsertContact.get(message.chat.id, `${from.first_name} ${from.last_name ?? ''}`, from.username ?? '',
      from.language_code ?? '', now);
    insertMessage.run(contact, message.message_id, message.text ?? '', message.date * 1000);
  };
}
