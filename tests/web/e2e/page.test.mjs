// The page in a real browser, against the real server and a real model: drawn on by real pointers.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { drawByMouse, drawByTouch, launchBrowser, openPage, waitForDigit } from './browser.mjs';
import { startServer } from './server.mjs';
import { kStrokes } from './strokes.mjs';

const binary = process.env.INKLING_SERVER ?? '';
const model = process.env.INKLING_MODEL ?? '';
const kSeconds = 1000;

/** Why these tests cannot run, or false. */
function reasonToSkip() {
  if (!existsSync(binary)) return `no server: INKLING_SERVER is '${binary}'`;
  if (!existsSync(model)) return `no model: INKLING_MODEL is '${model}'`;
  return false;
}

const skip = reasonToSkip();
if (skip) console.log(`SKIPPED: ${skip}`);

describe('the page', { skip, timeout: 500 * kSeconds }, () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof startServer>>} */
  let server;

  before(async () => {
    server = await startServer({ binary, model });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server?.stop(), 0);
  });

  /** Runs the body on a fresh page, and afterwards holds the page to its quiet. */
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

  const text = (page, id) => page.getByTestId(id).textContent();

  for (const [digit, strokes] of Object.entries(kStrokes)) {
    test(`reads a ${digit} drawn by mouse`, () => onPage(async (page) => {
      await drawByMouse(page, strokes);
      await waitForDigit(page, digit);
    }));
  }

  for (const digit of ['3', '4']) {
    test(`reads a ${digit} drawn by touch on a phone`, () => onPage(async (page) => {
      await drawByTouch(page, kStrokes[digit]);
      await waitForDigit(page, digit);
      assert.equal(await page.evaluate(() => window.scrollY), 0, 'drawing must not scroll');
    }, { options: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } }));
  }

  test('shows nothing but an empty sheet at first', () => onPage(async (page) => {
    assert.equal(await text(page, 'digit'), '');
    assert.equal(await text(page, 'confidence'), '');
    assert.equal(await text(page, 'status'), '');
    assert.equal(await seenInk(page), 0);
  }));

  test('predicts while the pen is still down', () => onPage(async (page) => {
    const [whole] = kStrokes[7];
    const box = await page.getByTestId('canvas').boundingBox();
    const to = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
    await page.mouse.move(...to(whole[0]));
    await page.mouse.down();
    for (const point of whole) await page.mouse.move(...to(point));
    await waitForDigit(page, '7');
    assert.equal(await page.locator('#announcement').textContent(), '', 'too early to announce');
    await page.mouse.up();
  }));

  test('shows percentages that add up to 100, and the ink that the model saw', () =>
    onPage(async (page) => {
      await drawByMouse(page, kStrokes[5]);
      await waitForDigit(page, '5');
      const bars = await Promise.all(
        Array.from({ length: 10 }, (_, i) => page.getByTestId(`bar-${i}`).innerText()));
      const percents = bars.map((bar) => Number(/(\d+) %/.exec(bar)?.[1]));
      assert.equal(percents.reduce((a, b) => a + b), 100);
      assert.equal(percents.indexOf(Math.max(...percents)), 5);
      assert.match(await text(page, 'confidence'), /\d % sure$/);
      assert.ok((await seenInk(page)) > 0);
    }));

  test('clear empties the sheet and the answer', () => onPage(async (page) => {
    await drawByMouse(page, kStrokes[1]);
    await waitForDigit(page, '1');
    await page.getByTestId('clear').click();
    await waitForDigit(page, '');
    assert.equal(await text(page, 'confidence'), '');
    assert.equal(await seenInk(page), 0);
  }));

  test('undo takes a stroke back, and then a clear', () => onPage(async (page) => {
    await drawByMouse(page, kStrokes[1]);
    await waitForDigit(page, '1');
    await page.getByTestId('clear').click();
    await drawByMouse(page, kStrokes[7]);
    await waitForDigit(page, '7');
    await page.getByTestId('undo').click();
    await waitForDigit(page, '');
    await page.getByTestId('undo').click();
    await waitForDigit(page, '1');
  }));

  test('the keyboard clears and undoes', () => onPage(async (page) => {
    for (const key of ['Escape', 'Delete']) {
      await drawByMouse(page, kStrokes[1]);
      await waitForDigit(page, '1');
      await page.keyboard.press(key);
      await waitForDigit(page, '');
      await page.keyboard.press('Control+z');
      await waitForDigit(page, '1');
      await page.keyboard.press('Control+z');
      await waitForDigit(page, '');
    }
  }));

  test('tells screen readers the answer once a stroke is done', () => onPage(async (page) => {
    await drawByMouse(page, kStrokes[7]);
    await page.waitForFunction(() =>
      /^7, .*sure$/.test(document.getElementById('announcement').textContent));
  }));

  for (const width of [320, 1280, 3840]) {
    test(`nothing sticks out of a window ${width} pixels wide`, () => onPage(async (page) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `the page is ${wide} pixels wide`);
    }, { options: { viewport: { width, height: Math.round(width * 0.6) } } }));
  }

  test('says that the server is away, and goes on when it is back', () => onPage(async (page) => {
    assert.equal(await server.stop(), 0);
    await drawByMouse(page, kStrokes[1]);
    await page.getByText('The server does not answer').waitFor();
    server = await startServer({ binary, model, uiPort: server.port });
    await waitForDigit(page, '1');
    assert.equal(await text(page, 'status'), '');
  }, { noise: /Failed to load resource: net::ERR_/ }));
});

/** The sum of the ink in the picture that the model saw. */
function seenInk(page) {
  return page.getByTestId('seen').evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value, i) => (i % 4 === 3 ? sum + value : sum), 0);
  });
}
