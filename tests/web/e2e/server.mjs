// Starts the real server, and knows from its own log when and where it is ready.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * @param {{ binary: string, model: string, uiPort?: number, flags?: string[] }} options with
 *   uiPort 0: any
 * @returns {Promise<{ page: string, port: number, stop: () => Promise<number | null> }>}
 */
export async function startServer({ binary, model, uiPort = 0, flags = [] }) {
  const ports = ['--host', '127.0.0.1', '--port', '0', '--ui-port', String(uiPort)];
  const server = spawn(binary, ['--model', model, ...ports, ...flags],
    { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(server, 'exit');
  // Should a test end without stopping it, the server ends with this process.
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);

  const page = await pageAddress(server);
  const stop = async () => {
    server.kill('SIGTERM');
    const [code] = await ended;
    process.off('exit', kill);
    return code;
  };
  return { page, port: Number(new URL(page).port), stop };
}

/**
 * The address in the log's line "page http://…".
 * @param {import('node:child_process').ChildProcess} server
 */
function pageAddress(server) {
  return new Promise((resolve, reject) => {
    let log = '';
    server.stderr.setEncoding('utf8').on('data', (text) => {
      log += text;
      const address = /\bpage (http:\/\/\S+)/.exec(log);
      if (address) resolve(address[1]);
    });
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${log}`)));
  });
}
