// Debian's Chromium, and the page in it: what a test does there, and what went wrong there.
import { chromium } from 'playwright-core';

export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * Opens the page. `errors` collects what the console and uncaught exceptions say, and `foreign`
 * each request to any other origin.
 * @param {import('playwright-core').Browser} browser
 * @param {string} address
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function openPage(browser, address, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  /** @type {string[]} */
  const foreign = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(address).origin) foreign.push(request.url());
  });
  await page.goto(address);
  return { page, errors, foreign, close: () => context.close() };
}

/** From a point of the unit square over the sheet to the window's own pixels. */
export async function sheetMap(page) {
  const sheet = page.getByTestId('canvas');
  await sheet.scrollIntoViewIfNeeded();
  const box = await sheet.boundingBox();
  return ([x, y]) => ({ x: box.x + x * box.width, y: box.y + y * box.height });
}

/** Strokes in the unit square, in the window's own pixels. */
async function inWindow(page, strokes) {
  const toWindow = await sheetMap(page);
  return strokes.map((stroke) => stroke.map(toWindow));
}

/**
 * @param {import('playwright-core').Page} page
 * @param {[number, number][][]} strokes
 */
export async function drawByMouse(page, strokes) {
  for (const [start, ...rest] of await inWindow(page, strokes)) {
    await page.mouse.move(start.x, start.y);
    await page.mouse.down();
    for (const { x, y } of rest) await page.mouse.move(x, y);
    await page.mouse.up();
  }
}

/** Real touches, as the browser gets them from a screen; Playwright itself can only tap. */
export async function drawByTouch(page, strokes) {
  const devtools = await page.context().newCDPSession(page);
  const touch = (type, touchPoints) =>
    devtools.send('Input.dispatchTouchEvent', { type, touchPoints });
  for (const [start, ...rest] of await inWindow(page, strokes)) {
    await touch('touchStart', [start]);
    for (const point of rest) await touch('touchMove', [point]);
    await touch('touchEnd', []);
  }
  await devtools.detach();
}

/**
 * Waits until the page's answer to the whole drawing is this one: the pen is up, and no later
 * answer is under way.
 */
export async function waitForFinalDigit(page, expected) {
  await waitForText(page, '#announcement', `${expected}, `);
}

/** Waits until the page's answer is this one, be it to a drawing that is not finished. */
export async function waitForDigit(page, expected) {
  await waitForText(page, '[data-testid=digit]', expected);
}

/**
 * Waits for an element whose text begins with `expected`, or is empty if that is; the error of a
 * timeout says what it was instead.
 */
async function waitForText(page, selector, expected) {
  try {
    await page.waitForFunction(
      ([where, text]) => {
        const shown = document.querySelector(where).textContent;
        return text === '' ? shown === '' : shown.startsWith(text);
      },
      [selector, expected],
      { timeout: 30_000 },
    );
  } catch (cause) {
    const shown = await page.locator(selector).textContent();
    throw new Error(`expected ${selector} to show '${expected}', received '${shown}'`, { cause });
  }
}
