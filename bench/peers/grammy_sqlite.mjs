// A bot on grammY with better-sqlite3: webhook, one transaction an update, answered after the commit.
//   node grammy_sqlite.mjs PORT SECRET FILE
import http from 'node:http';
import { Bot, webhookCallback } from 'grammy';
import { TOKEN, botInfo } from './bot_info.mjs';
import { callbackStore, openDatabase } from './sqlite_store.mjs';

const [port, secretToken, file] = process.argv.slice(2);
const database = openDatabase(file);
const takeInTransaction = database.transaction(callbackStore(database));
const bot = new Bot(TOKEN, { botInfo });
bot.on('message', (ctx) => takeInTransaction.immediate(ctx.update));
const handle = webhookCallback(bot, 'http', { secretToken });
http.createServer(handle).listen(Number(port), '127.0.0.1', 1024);
