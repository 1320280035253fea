// Medians, the tables, and the ratios beside what is promised.
const FIGURES = ['per_second', 'p50_ms', 'p99_ms', 'cpu_us', 'rss_mib'];

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

// The middle of each figure over the rounds; of the connections the worst that was seen.
export function summary({ name, label, rounds }) {
  const row = { name, label, rounds };
  for (const figure of FIGURES) {
    const seen = rounds.map((round) => round[figure]).filter((value) => value !== undefined);
    if (seen.length > 0) row[figure] = median(seen);
  }
  const served = rounds.filter((round) => round.least !== undefined);
  if (served.length > 0) {
    row.least = Math.min(...served.map((round) => round.least));
    row.most = Math.max(...served.map((round) => round.most));
  }
  return row;
}

// One line a promise: part, which row against which, figure, bound, how it is read.
const PROMISES = [
  ['ingest, SQLite FULL, 32 connections', 'laoke', 'grammy_sqlite', 'per_second', '>=', 4.5, 'callbacks a second, against grammY + better-sqlite3'],
  ['ingest, SQLite FULL, 32 connections', 'laoke', 'grammy_sqlite', 'p99_ms', '<=', 0.1, 'p99, against the same'],
  ['ingest, SQLite FULL, 32 connections', 'laoke', 'node_batch', 'per_second', '>=', 0.9, 'callbacks a second, against the strongest Node shape'],
  ['ingest, SQLite FULL, 32 connections', 'laoke', 'node_batch', 'p99_ms', '<=', 0.7, 'p99, against the same'],
  ['ingest, SQLite FULL, 32 connections', 'laoke', 'bare_http', 'per_second', '', 0, 'callbacks a second, against the bare HTTP library'],
  ['ingest, SQLite FULL, 32 connections', 'laoke', 'bare_sqlite', 'per_second', '', 0, 'callbacks a second, against bare SQLite'],
  ['ingest, SQLite FULL, 64 connections', 'laoke', 'grammy_sqlite', 'per_second', '', 0, '64 connections: callbacks a second, against grammY'],
  ['ingest, SQLite FULL, 64 connections', 'laoke', 'grammy_sqlite', 'p99_ms', '', 0, '64 connections: p99, against grammY'],
  ['ingest, SQLite FULL, 64 connections', 'laoke', 'node_batch', 'per_second', '', 0, '64 connections: callbacks a second, against the strongest Node shape'],
  ['ingest, SQLite FULL, 64 connections', 'laoke', 'node_batch', 'p99_ms', '', 0, '64 connections: p99, against the strongest Node shape'],
  ['ingest with 2 ms more in each fsync, 32 connections', 'laoke', 'grammy_sqlite', 'per_second', '>=', 15, '2 ms more in each fsync: callbacks a second, against grammY'],
  ['ingest with 2 ms more in each fsync, 64 connections', 'laoke', 'grammy_sqlite', 'per_second', '', 0, '2 ms more, 64 connections: callbacks a second, against grammY'],
  ['ingest with 2 ms more in each fsync, 32 connections', 'laoke', 'node_batch', 'per_second', '', 0, '2 ms more: callbacks a second, against the strongest Node shape'],
  ['ingest, PostgreSQL, 32 connections', 'laoke_postgres', 'grammy_postgres', 'per_second', '>=', 2.3, 'PostgreSQL: callbacks a second, against grammY + node-pg'],
  ['ingest, PostgreSQL, 32 connections', 'laoke_postgres', 'pool_postgres', 'per_second', '>=', 1.4, 'PostgreSQL: callbacks a second, against our own pool of 16 with a transaction each'],
  ['ingest, PostgreSQL, 64 connections', 'laoke_postgres', 'pool_postgres', 'per_second', '', 0, 'PostgreSQL, 64 connections: callbacks a second, against our own pool of 16'],
  ['ingest, PostgreSQL, 64 connections', 'laoke_postgres', 'grammy_postgres', 'per_second', '', 0, 'PostgreSQL, 64 connections: callbacks a second, against grammY + node-pg'],
  ['outbound with write-back', 'laoke', 'grammy', 'per_second', '>=', 5, 'messages a second with write-back, against grammY'],
  ['outbound with write-back', 'laoke', 'grammy', 'cpu_us', '<=', 0.25, 'processor time a message, against grammY'],
  ['outbound with write-back', 'laoke', 'grammy', 'rss_mib', '', 0, 'resident memory while sending, against grammY'],
];

// The median of the rounds' own ratios: both sides of a round met the same machine.
function ratio(one, other, figure) {
  return median(one.rounds.map((round, i) => round[figure] / other.rounds[i][figure]));
}

export function goals(parts) {
  const ratios = [];
  for (const [title, name, against, figure, sense, bound, what] of PROMISES) {
    const rows = parts.find((part) => part.title === title)?.rows ?? [];
    const [one, other] = [name, against].map((wanted) => rows.find((row) => row.name === wanted));
    if (!one || !other) continue;
    const measured = ratio(one, other, figure);
    const met = sense === '' ? null : sense === '>=' ? measured >= bound : measured <= bound;
    ratios.push({ what, promised: sense === '' ? '' : `${sense} ${bound}`, measured, met });
  }
  return ratios;
}

const number = (value, digits) => value === undefined ? '' : value.toFixed(digits);

export function printPart({ title, load_average: load, rows }) {
  console.log(`\n${title} (load average ${load})`);
  console.log(`${''.padEnd(30)}${'a second'.padStart(10)}${'p50 ms'.padStart(9)}${'p99 ms'.padStart(9)}${'cpu us'.padStart(8)}${'MiB'.padStart(7)}  answers a connection`);
  for (const row of rows) {
    const served = row.least === undefined ? '' : `${row.least}..${row.most}${row.least === 0 ? '  STARVED' : ''}`;
    console.log(row.label.padEnd(30) + number(row.per_second, 0).padStart(10) + number(row.p50_ms, 2).padStart(9) +
      number(row.p99_ms, 2).padStart(9) + number(row.cpu_us, 0).padStart(8) + number(row.rss_mib, 1).padStart(7) + `  ${served}`);
  }
}

export function printRatios(ratios) {
  console.log(`\n${'ratio'.padEnd(76)}${'promised'.padStart(10)}${'measured'.padStart(10)}`);
  for (const { what, promised, measured, met } of ratios) {
    console.log(what.padEnd(76) + promised.padStart(10) + measured.toFixed(measured < 1 ? 3 : 2).padStart(10) + (met === null ? '' : met ? '  met' : '  missed'));
  }
}
