// What every suite of the page does alike: one browser and one server for all of its tests, and
// after each of them no error on the console and no request to another host.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe } from 'node:test';

import { launchBrowser, openPage } from './browser.mjs';
import { startServer } from './server.mjs';

export const binary = process.env.INKLING_SERVER ?? '';
const model = process.env.INKLING_MODEL ?? '';
const kSeconds = 1000;

/** Why these tests cannot run, or false. */
function reasonToSkip() {
  if (!existsSync(binary)) return `no server: INKLING_SERVER is '${binary}'`;
  if (!existsSync(model)) return `no model: INKLING_MODEL is '${model}'`;
  return false;
}

export const skip = reasonToSkip();
if (skip) console.log(`SKIPPED: ${skip}`);

/**
 * A suite on a running server. `define` gets onPage(body, options), which runs the body on a fresh
 * page, and restartServer(between), which stops the server, runs `between` and starts it again on
 * the same port.
 * @param {string} name
 * @param {(suite: { onPage: Function, restartServer: Function }) => void} define
 * @param {string[]} [flags] more of the server's
 */
export function describePage(name, define, flags = []) {
  describe(name, { skip, timeout: 500 * kSeconds }, () => {
    /** @type {import('playwright-core').Browser} */
    let browser;
    /** @type {Awaited<ReturnType<typeof startServer>>} */
    let server;

    before(async () => {
      server = await startServer({ binary, model, flags });
      browser = await launchBrowser();
    });
    after(async () => {
      await browser?.close();
      assert.equal(await server?.stop(), 0);
    });

    async function onPage(body, { options = {}, noise = /^$/ } = {}) {
      const opened = await openPage(browser, server.page, options);
      try {
        await body(opened.page);
        assert.deepEqual(opened.errors.filter((error) => !noise.test(error)), []);
        assert.deepEqual(opened.foreign, []);
      } finally {
        await opened.close();
      }
    }

    async function restartServer(between) {
      assert.equal(await server.stop(), 0);
      await between();
      server = await startServer({ binary, model, uiPort: server.port, flags });
    }

    define({ onPage, restartServer });
  });
}
