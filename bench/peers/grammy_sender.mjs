// Sending on grammY: 64 calls of api.sendMessage at once, outcomes written back to SQLite in batches 20 ms apart. Prints
// one line of JSON a round, timed from the first call to the last outcome written.
//   node grammy_sender.mjs API_BASE FILE [messages a round, default 20000] [rounds, default 1]
import { Api } from 'grammy';
import { TOKEN } from './bot_info.mjs';
import { openDatabase } from './sqlite_store.mjs';

const CONCURRENCY = 64;
const WRITE_EVERY_MS = 20;
const TEXT = '春季上新：玫瑰精油面膜第二盒半价，今天下单明天发货，回复 1 了解。';

const [apiRoot, file, messages = 20000, rounds = 1] = process.argv.slice(2);
const database = openDatabase(file);
const api = new Api(TOKEN, { apiRoot });
const settle = database.prepare('UPDATE outbox SET state = ?, platform_message_id = ? WHERE id = ?');
const settleAll = database.transaction((outcomes) => {
  for (const { id, state, messageId } of outcomes) settle.run(state, messageId, id);
});

function plan() {
  const insert = database.prepare("INSERT INTO outbox (chat_id, text, state) VALUES (?, ?, 'planned')");
  database.transaction(() => {
    for (let i = 0; i < Number(messages); i++) insert.run(1000000 + i, TEXT);
  })();
  return database.prepare("SELECT id, chat_id, text FROM outbox WHERE state = 'planned' ORDER BY id").all();
}

async function sendAll(rows) {
  let next = 0;
  let outcomes = [];
  const write = () => {
    const batch = outcomes;
    outcomes = [];
    if (batch.length > 0) settleAll.immediate(batch);
  };
  const worker = async () => {
    while (next < rows.length) {
      const row = rows[next++];
      try {
        const message = await api.sendMessage(row.chat_id, row.text);
        outcomes.push({ id: row.id, state: 'accepted', messageId: message.message_id });
      } catch {
        outcomes.push({ id: row.id, state: 'failed', messageId: null });
      }
    }
  };
  const timer = setInterval(write, WRITE_EVERY_MS);
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  clearInterval(timer);
  write();
}

const accepted = database.prepare("SELECT count(*) FROM outbox WHERE state = 'accepted'").pluck();
for (let round = 1; round <= Number(rounds); round++) {
  const rows = plan();
  const cpu = process.cpuUsage();
  const began = performance.now();
  await sendAll(rows);
  const seconds = (performance.now() - began) / 1000;
  const used = process.cpuUsage(cpu);
  if (accepted.get() !== round * rows.length) throw new Error('not every message was accepted');
  console.log(JSON.stringify({ per_second: rows.length / seconds, cpu_us: (used.user + used.system) / rows.length,
    rss_mib: process.memoryUsage.rss() / 2 ** 20 }));
}
process.exit(0);
