// Processes of the comparison: start, wait, stop, and what /proc tells of them.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { promisify } from 'node:util';

const TICKS_A_SECOND = 100; // USER_HZ, fixed by Linux's interface to programs
const started = new Set();
process.on('exit', () => started.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// Runs to its end; its standard output. Throws with the end of what it said when it failed.
export async function run(command, args, options = {}) {
  const child = execFileAsync(command, args.map(String), { maxBuffer: 1 << 24, ...options });
  started.add(child.child);
  try {
    return (await child).stdout;
  } finally {
    started.delete(child.child);
  }
}
const execFileAsync = promisify(execFile);

// One that goes on until stop(). Its words go to `log`.
export function start(command, args, { env = {}, log }) {
  const out = fs.openSync(log, 'a');
  const child = spawn(command, args.map(String), { env: { ...process.env, ...env }, stdio: ['ignore', out, out] });
  fs.closeSync(out);
  started.add(child);
  child.log = log;
  child.gone = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  child.gone.then(() => { child.over = true; started.delete(child); });
  child.once('error', (error) => { child.over = true; fs.appendFileSync(log, `${error.message}\n`); });
  return child;
}

export async function untilListening(child, port, seconds = 20) {
  for (let i = 0; i < seconds * 50; i++) {
    if (child.over) break;
    const open = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await pause(20);
  }
  throw new Error(`${child.spawnargs.join(' ')} does not listen on ${port}:\n${fs.readFileSync(child.log, 'utf8').slice(-2000)}`);
}

export async function stop(child) {
  if (!child || child.over) return;
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await child.gone;
  clearTimeout(late);
}

// Of the process and all its threads, in seconds.
export function processorSeconds(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

export function residentMib(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

export const loadAverage = () => fs.readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ');
