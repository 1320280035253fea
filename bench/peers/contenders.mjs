// Who takes callbacks: each knows how to make what it needs in its folder and how to run on a port.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
export const SECRET = 'bench-secret';

const node = (script, store) => ({ folder, port }) => ({
  command: process.execPath, args: [path.join(here, script), port, SECRET, store(folder)], env: { NODE_ENV: 'production' },
});
const file = (folder) => path.join(folder, 'bot.db');

// A shop made by the program's own commands, with a Telegram channel whose Bot API is the fake one. It greets and relays
// nothing, as the bots on Node do not.
async function makeShop({ tools, folder, api }, database = []) {
  const laoke = (...args) => run(tools.laoke, ['--data-dir', folder, ...database, '--language', 'en', ...args]);
  await laoke('channel', 'add', 'bot', '--kind', 'telegram', '--set', 'token=7700112233:bench', '--set', `secret=${SECRET}`,
    '--set', 'mode=webhook', '--set', `api_base=${api}`);
  await laoke('shop', 'set', 'greet_new_contacts=no', 'relay_messages=no');
}
function serveShop({ tools, folder, port, public: address = 'https://shop.example' }, database = []) {
  return { command: tools.laoke, args: ['serve', '--data-dir', folder, ...database, '--listen', `127.0.0.1:${port}`,
    '--public-url', address, '--log-level', 'warning'], env: {} };
}
const laoke = {
  name: 'laoke', label: 'Laoke', hook: '/hooks/bot', make: makeShop, serve: serveShop,
};

export const onSqlite = [
  laoke,
  { name: 'grammy_sqlite', label: 'grammY + better-sqlite3', hook: '/', serve: node('grammy_sqlite.mjs', file) },
  { name: 'node_batch', label: 'bare Node, a commit a turn', hook: '/', serve: node('node_batch.mjs', file) },
];
export const bareHttp = {
  name: 'bare_http', label: 'bare cpp-httplib, no-op', hook: '/', warm: 2000,
  serve: ({ tools, port }) => ({ command: tools.bareHttp, args: [port, 128], env: {} }),
};
export const onPostgres = (url) => [
  { ...laoke, name: 'laoke_postgres', label: 'Laoke on PostgreSQL',
    make: (place) => makeShop(place, ['--database', url('laoke')]), serve: (place) => serveShop(place, ['--database', url('laoke')]) },
  { name: 'pool_postgres', label: 'C++, pool of 16, one transaction each', hook: '/',
    serve: ({ tools, port }) => ({ command: tools.poolPostgres, args: [port, SECRET, url('pool'), 16, 128], env: {} }) },
  { name: 'grammy_postgres', label: 'grammY + node-pg, pool of 16', hook: '/', serve: node('grammy_postgres.mjs', () => url('grammy')) },
];
