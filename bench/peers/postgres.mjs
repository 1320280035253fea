// A PostgreSQL for the length of the comparison, with the stock settings but its socket and port.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort, run } from './processes.mjs';

function binaries() {
  const root = '/usr/lib/postgresql';
  const versions = fs.existsSync(root) ? fs.readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => path.join(root, version, 'bin')).find((bin) => fs.existsSync(path.join(bin, 'initdb')));
  if (!found) throw new Error('there is no PostgreSQL on this machine: apt-get install postgresql');
  return found;
}

// { url(name), stop() }: a database of each name in `names`.
export async function startPostgres(names) {
  const bin = binaries();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'side_by_side_pg.'));
  const data = path.join(folder, 'data');
  // The server refuses to run as root: it runs as the user whom Debian's package made.
  const root = process.getuid() === 0;
  const as = (program, ...args) => root ? run('runuser', ['-u', 'postgres', '--', path.join(bin, program), ...args], { cwd: '/' })
                                        : run(path.join(bin, program), args, { cwd: '/' });
  if (root) await run('chown', ['postgres', folder]);
  const port = await freePort();
  await as('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale');
  await as('pg_ctl', '-D', data, '-w', '-l', path.join(folder, 'log'), '-o',
    `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=${folder}`, 'start');
  for (const name of names) await as('createdb', '-h', '127.0.0.1', '-p', port, '-U', 'postgres', name);
  return {
    url: (name) => `postgresql://postgres@127.0.0.1:${port}/${name}`,
    async stop() {
      await as('pg_ctl', '-D', data, '-w', '-m', 'fast', 'stop');
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
