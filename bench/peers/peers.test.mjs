// node --test bench/peers
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goals, median, summary } from './report.mjs';
import { callbackStore, openDatabase } from './sqlite_store.mjs';

const update = (update_id, chat, text) => ({ update_id, message: { message_id: 5, date: 1790000000, text, chat: { id: chat },
  from: { first_name: '晓梅', language_code: 'zh-hans' } } });

test('the middle of an even number of figures is the upper one, and the order they came in does not matter', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 3, 2]), 3);
});

test('a figure that no round has is left out, and the worst served connection of all rounds is told', () => {
  const row = summary({ name: 'a', label: 'A', rounds: [{ per_second: 10, least: 3, most: 4 }, { per_second: 20, least: 0, most: 9 }] });
  assert.deepEqual([row.per_second, row.least, row.most, row.cpu_us], [20, 0, 9, undefined]);
});

for (const [ours, theirs, met] of [[450, 100, true], [449, 100, false]]) {
  test(`${ours} a second against ${theirs} ${met ? 'keeps' : 'breaks'} the promise of 4.5 times`, () => {
    const rows = [['laoke', ours], ['grammy_sqlite', theirs]].map(([name, per_second]) => ({ name, rounds: [{ per_second, p99_ms: 1 }] }));
    const [rate, p99] = goals([{ title: 'ingest, SQLite FULL, 32 connections', rows }]);
    assert.equal(rate.met, met);
    assert.equal(p99.met, false); // as slow as theirs, where a tenth is promised
  });
}

test('a ratio is the median of the rounds\' own ratios, and a part that was not run has none', () => {
  const row = (name, rates) => ({ name, rounds: rates.map((per_second) => ({ per_second, cpu_us: 1, rss_mib: 1 })) });
  const parts = [{ title: 'outbound with write-back', rows: [row('laoke', [10, 100, 30]), row('grammy', [5, 10, 10])] }];
  const [rate] = goals(parts);
  assert.equal(rate.measured, 3); // of 2, 10 and 3
  assert.equal(goals([]).length, 0);
});

test('a callback delivered twice leaves one message, and a second message of a chat no second contact', () => {
  const database = openDatabase(':memory:');
  const take = callbackStore(database);
  for (const one of [update(1, 77, '在吗'), update(1, 77, '在吗'), update(2, 77, '你好'), update(3, 78, '')]) take(one);
  const count = (table) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  assert.deepEqual([count('updates'), count('contacts'), count('messages')], [3, 2, 3]);
});
