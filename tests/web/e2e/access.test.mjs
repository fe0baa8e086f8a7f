// A server that asks for keys and keeps corrections, as people meet it in a browser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { drawByMouse, waitForFinalDigit } from './browser.mjs';
import { binary, describePage, skip } from './suite.mjs';
import { kStrokes } from './strokes.mjs';

const folder = mkdtempSync(join(tmpdir(), 'inkling-access-'));
after(() => rmSync(folder, { recursive: true }));
const keys = join(folder, 'keys.txt');
const secret = join(folder, 'secret');
writeFileSync(secret, 's'.repeat(32));
const key = skip
  ? ''
  : execFileSync(binary, ['keygen', '--api-keys', keys, '--name', 'ann'], { encoding: 'utf8' });

const kRefused = /status of 401/;  // the console's own line

async function enterKey(page, value) {
  await page.getByLabel('API key').fill(value);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Until the page has loaded: its scripts must be there before anything is drawn. */
async function signIn(page) {
  const loaded = page.waitForURL(/\/$/);
  await enterKey(page, key);
  await loaded;
}

describePage('a server with keys', ({ onPage }) => {
  test('asks for a key once, and then lets draw', () => onPage(async (page) => {
    assert.match(page.url(), /\/signin$/);
    await enterKey(page, 'wrong');
    await page.getByRole('alert').filter({ hasText: 'none of the keys' }).waitFor();
    await signIn(page);
    await drawByMouse(page, kStrokes[7]);
    await waitForFinalDigit(page, '7');
    assert.equal(await page.evaluate(() => document.cookie), '', 'no script reads the cookie');
    await page.goto(new URL('docs', page.url()).href);
    assert.match(await page.title(), /API/);
    await page.goto(new URL('signin', page.url()).href);
    await page.getByText('signed in as ann').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('signed in as ann').waitFor({ state: 'hidden' });
    await page.goto(new URL('.', page.url()).href);
    assert.match(page.url(), /\/signin$/);
  }, { noise: kRefused }));

  test('keeps the drawing when a session ends', () => onPage(async (page) => {
    await signIn(page);
    const [cookie] = await page.context().cookies();
    assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, 'Strict']);
    await page.context().clearCookies();
    await drawByMouse(page, kStrokes[5]);
    await page.getByTestId('status').filter({ hasText: 'Your session has ended' }).waitFor();
    const opened = page.waitForEvent('popup');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(await opened);
    await waitForFinalDigit(page, '5');
    assert.equal(await page.getByTestId('status').textContent(), '');
  }, { noise: kRefused }));

  test('takes a correction of what was drawn', () => onPage(async (page) => {
    await signIn(page);
    await drawByMouse(page, kStrokes[4]);
    await waitForFinalDigit(page, '4');
    await page.getByText('Wrong?').click();
    await page.getByText('kept by whoever runs this server').waitFor();
    await page.getByLabel('That was').selectOption('9');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Thank you, it is kept.').waitFor();
    const kept = JSON.parse(readFileSync(join(folder, 'kept', 'feedback.jsonl'), 'utf8'));
    assert.deepEqual([kept.label, kept.predicted, kept.consent], [9, 4, true]);
  }));

  for (const width of [320, 1280]) {
    test(`the sign-in page fits a window ${width} pixels wide`, () => onPage(async (page) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `it is ${wide} pixels wide`);
    }, { options: { viewport: { width, height: 500 } } }));
  }
}, ['--api-keys', keys, '--session-secret', secret, '--feedback', join(folder, 'kept')]);
