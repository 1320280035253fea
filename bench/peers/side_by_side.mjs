// Laoke and its peers in turn on this machine. bench/side_by_side.sh starts it and says what the options are.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { bareHttp, onPostgres, onSqlite, SECRET } from './contenders.mjs';
import { startPostgres } from './postgres.mjs';
import { freePort, loadAverage, processorSeconds, residentMib, run, start, stop, untilListening } from './processes.mjs';
import { goals, printPart, printRatios, summary } from './report.mjs';

const CHATS = 20000;
const { values: options } = parseArgs({ options: {
  build: { type: 'string' }, seconds: { type: 'string', default: '4' }, rounds: { type: 'string', default: '3' },
  connections: { type: 'string', default: '32,64' }, messages: { type: 'string', default: '20000' },
  parts: { type: 'string', default: 'ingest,slow,postgres,outbound' }, json: { type: 'boolean', default: false } } });
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const build = path.resolve(root, options.build ?? 'build/bench');
const tool = (name) => path.join(build, 'bench', name);
const tools = { laoke: path.join(build, 'laoke'), load: tool('load'), fake: tool('fake_telegram'), bareHttp: tool('bare_http'),
  bareSqlite: tool('bare_sqlite'), poolPostgres: tool('pool_postgres'), outbound: tool('outbound'), slowFsync: tool('libslow_fsync.so') };
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
const connectionCounts = options.connections.split(',').map(Number);
const parts = options.parts.split(',');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'side_by_side.'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
const say = (text) => process.stderr.write(`${text}\n`);

async function loadOnto(server, extra) {
  const output = await run(tools.load, [server.port, server.hook, '--secret', SECRET, '--first', server.next, '--chats', CHATS, ...extra])
    .catch((error) => { throw new Error(`${server.label}: ${error.message}\n${error.stdout ?? ''}`); });
  const result = JSON.parse(output);
  server.next += result.answered + 1000;
  return result;
}

async function begin(server, env = {}) {
  server.port = await freePort();
  const { command, args, env: own } = server.serve({ ...server, tools });
  server.child = start(command, args, { env: { ...own, ...env }, log: path.join(folder, `${server.name}.log`) });
  await untilListening(server.child, server.port);
}

// Made, run, and written to once by each chat, so that the rounds measure contacts that are known.
async function prepare(contender, api) {
  const server = { ...contender, folder: path.join(folder, contender.name), api, next: 0 };
  fs.mkdirSync(server.folder, { mode: 0o700 });
  await server.make?.({ ...server, tools });
  await begin(server);
  await loadOnto(server, ['--requests', server.warm ?? CHATS, '--seconds', 300, '--connections', 32]);
  return server;
}

async function measure(server, connections) {
  const before = processorSeconds(server.child.pid);
  const result = await loadOnto(server, ['--connections', connections, '--seconds', seconds]);
  const cpu = processorSeconds(server.child.pid) - before;
  return { ...result, least: Math.min(...result.by_connection), most: Math.max(...result.by_connection),
    cpu_us: cpu * 1e6 / result.answered, rss_mib: residentMib(server.child.pid) };
}

// Interleaved: each server once, then each again, so that what else the machine does meets all of them.
async function inTurn(title, servers, connections, extra = []) {
  const rows = [...servers, ...extra].map(({ name, label }) => ({ name, label, rounds: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, one] of [...servers, ...extra].entries()) {
      rows[i].rounds.push(one.measure ? await one.measure(round) : await measure(one, connections));
    }
    say(`${title}: round ${round + 1} of ${rounds}`);
  }
  return { title, connections, load_average: loadAverage(), rows: rows.map(summary) };
}

function bareSqlite(batch) {
  return { name: 'bare_sqlite', label: `bare SQLite, ${batch} a commit`, async measure(round) {
    const store = path.join(folder, `bare-${batch}-${round}.db`);
    return JSON.parse(await run(tools.bareSqlite, [store, batch, seconds]));
  } };
}

async function ingestParts(api) {
  const done = [];
  const servers = [];
  for (const contender of [...onSqlite, bareHttp]) servers.push(await prepare(contender, api));
  if (parts.includes('ingest')) {
    for (const connections of connectionCounts) {
      done.push(await inTurn(`ingest, SQLite FULL, ${connections} connections`, servers, connections, [bareSqlite(connections)]));
    }
  }
  await Promise.all(servers.map((server) => stop(server.child)));
  if (parts.includes('slow')) {
    const durable = servers.filter((server) => server.name !== 'bare_http');
    for (const server of durable) await begin(server, { LD_PRELOAD: tools.slowFsync, BENCH_FSYNC_US: '2000' });
    for (const connections of connectionCounts) {
      done.push(await inTurn(`ingest with 2 ms more in each fsync, ${connections} connections`, durable, connections));
    }
    await Promise.all(durable.map((server) => stop(server.child)));
  }
  return done;
}

async function postgresParts(api) {
  const postgres = await startPostgres(['laoke', 'pool', 'grammy']);
  const done = [];
  const servers = [];
  try {
    for (const contender of onPostgres(postgres.url)) {
      await prepare(contender, api).then((server) => servers.push(server), (error) => {
        if (contender.name !== 'laoke_postgres') throw error;
        say(`Laoke is left out on PostgreSQL: ${error.message.trim()}`);
      });
    }
    for (const connections of connectionCounts) {
      done.push(await inTurn(`ingest, PostgreSQL, ${connections} connections`, servers, connections));
    }
  } finally {
    await Promise.all(servers.map((server) => stop(server.child)));
    await postgres.stop();
  }
  return done;
}

async function outboundPart(api) {
  const sender = (name, label, command, args) => ({ name, label, async measure() {
    const store = fs.mkdtempSync(path.join(folder, 'outbound.'));
    const output = await run(command, [...args(store), options.messages, 2], { env: { ...process.env, NODE_ENV: 'production', TMPDIR: store } });
    return JSON.parse(output.trim().split('\n').at(-1)); // the first is its warm-up
  } });
  const scripts = path.join(root, 'bench/peers/grammy_sender.mjs');
  return [await inTurn('outbound with write-back', [], 0, [
    sender('laoke', 'Laoke\'s sender', tools.outbound, () => [api]),
    sender('grammy', 'grammY, 64 at once', process.execPath, (store) => [scripts, api, path.join(store, 'bot.db')]),
  ])];
}

async function main() {
  const before = loadAverage();
  const port = await freePort();
  const fake = start(tools.fake, [port], { log: path.join(folder, 'fake.log') });
  await untilListening(fake, port);
  const api = `http://127.0.0.1:${port}`;
  const done = [];
  if (parts.includes('ingest') || parts.includes('slow')) done.push(...await ingestParts(api));
  if (parts.includes('postgres')) done.push(...await postgresParts(api));
  if (parts.includes('outbound')) done.push(...await outboundPart(api));
  await stop(fake);
  const machine = { processor: os.cpus()[0].model, cores: os.cpus().length, node: process.version,
    load_average_before: before, load_average_after: loadAverage() };
  const ratios = goals(done);
  if (options.json) return console.log(JSON.stringify({ machine, seconds, rounds, parts: done, ratios }, null, 1));
  console.log(`${machine.cores} cores of ${machine.processor}, Node ${machine.node}; load average ${before} before, ${machine.load_average_after} after; ` +
    `medians of ${rounds} interleaved rounds of ${seconds} s`);
  done.forEach(printPart);
  printRatios(ratios);
}

try {
  await main();
} catch (error) {
  say(`side_by_side: ${error.message}`);
  process.exit(1);
}
process.exit(0);
