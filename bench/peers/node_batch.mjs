// The strongest shape on Node: no framework; what came in one turn of the loop is one commit, then all of it is answered.
//   node node_batch.mjs PORT SECRET FILE
import http from 'node:http';
import { callbackStore, openDatabase } from './sqlite_store.mjs';

const [port, secret, file] = process.argv.slice(2);
const database = openDatabase(file);
const take = callbackStore(database);
const takeAll = database.transaction((batch) => {
  for (const { update } of batch) take(update);
});
let waiting = [];

function flush() {
  const batch = waiting;
  waiting = [];
  let status = 200;
  try {
    takeAll.immediate(batch);
  } catch (error) {
    console.error(error);
    status = 500;
  }
  for (const { response } of batch) response.writeHead(status, { 'Content-Length': 0 }).end();
}

http.createServer((request, response) => {
  if (request.headers['x-telegram-bot-api-secret-token'] !== secret) return response.writeHead(401).end();
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    let update;
    try {
      update = JSON.parse(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    } catch {
      return response.writeHead(400).end();
    }
    if (waiting.push({ update, response }) === 1) setImmediate(flush);
  });
}).listen(Number(port), '127.0.0.1', 1024);
