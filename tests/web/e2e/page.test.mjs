// The page in a real browser, against the real server and a real model: drawn on by real pointers.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { drawByMouse, drawByTouch, sheetMap, waitForDigit, waitForFinalDigit } from './browser.mjs';
import { describePage } from './suite.mjs';
import { kHeart, kStrokes } from './strokes.mjs';

/** Strokes at an eighth of their size, near the top right. */
const inCorner = (strokes) =>
  strokes.map((stroke) => stroke.map(([x, y]) => [0.85 + x / 8, 0.02 + y / 8]));

describePage('the page', ({ onPage, restartServer }) => {
  const text = (page, id) => page.getByTestId(id).textContent();

  for (const [digit, strokes] of Object.entries(kStrokes)) {
    test(`reads a ${digit} drawn by mouse`, () => onPage(async (page) => {
      await drawByMouse(page, strokes);
      await waitForFinalDigit(page, digit);
    }));
  }

  for (const digit of ['0', '3', '6', '8', '9']) {
    test(`reads a tiny ${digit} in a corner`, () => onPage(async (page) => {
      await drawByMouse(page, inCorner(kStrokes[digit]));
      await waitForFinalDigit(page, digit);
    }));
  }

  for (const digit of ['3', '4']) {
    test(`reads a ${digit} drawn by touch on a phone`, () => onPage(async (page) => {
      await drawByTouch(page, kStrokes[digit]);
      await waitForFinalDigit(page, digit);
      assert.equal(await page.evaluate(() => window.scrollY), 0, 'drawing must not scroll');
    }, { options: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } }));
  }

  test('shows nothing but an empty sheet at first', () => onPage(async (page) => {
    assert.equal(await text(page, 'digit'), '');
    assert.equal(await text(page, 'confidence'), '');
    assert.equal(await text(page, 'status'), '');
    assert.equal(await seenInk(page), 0);
    assert.equal(await page.getByTestId('correction').isVisible(), false, 'nothing is kept');
  }));

  test('predicts while the pen is still down', () => onPage(async (page) => {
    const [whole] = kStrokes[7];
    const points = whole.map(await sheetMap(page));
    await page.mouse.move(points[0].x, points[0].y);
    await page.mouse.down();
    for (const { x, y } of points) await page.mouse.move(x, y);
    await waitForDigit(page, '7');
    assert.equal(await page.locator('#announcement').textContent(), '', 'too early to announce');
    await page.mouse.up();
  }));

  test('shows percentages that add up to 100, and the ink that the model saw', () =>
    onPage(async (page) => {
      await drawByMouse(page, kStrokes[5]);
      await waitForFinalDigit(page, '5');
      const percents = await page.locator('.bar-value').evaluateAll((values) =>
        values.map((value) => Number(/(\d+) %/.exec(value.textContent)?.[1])));
      assert.equal(percents.length, 10);
      assert.equal(percents.reduce((a, b) => a + b), 100);
      assert.equal(percents.indexOf(Math.max(...percents)), 5);
      assert.match(await text(page, 'confidence'), /\d % sure$/);
      assert.ok((await seenInk(page)) > 0);
    }));

  test('shows on request which ink spoke for the answer', () => onPage(async (page) => {
    await drawByMouse(page, kStrokes[5]);
    await waitForFinalDigit(page, '5');
    await page.getByTestId('why').click();
    await page.getByTestId('seen-caption').filter({ hasText: 'Blue spoke for it' }).waitFor();
    assert.ok((await coloredInk(page)) > 20);
    await page.getByTestId('why').click();
    await page.getByTestId('seen-caption').filter({ hasText: 'What the network saw' }).waitFor();
    assert.equal(await coloredInk(page), 0);
  }));

  test('says so when a drawing is no digit, and no longer when it is gone', () =>
    onPage(async (page) => {
      await drawByMouse(page, kHeart);
      await page.locator('.doubtful #confidence', { hasText: 'not a digit' }).waitFor();
      await page.getByTestId('clear').click();
      await waitForDigit(page, '');
      assert.equal(await page.locator('body.doubtful').count(), 0);
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

  test('redo brings back what undo took, until the next stroke', () => onPage(async (page) => {
    await drawByMouse(page, kStrokes[1]);
    await waitForFinalDigit(page, '1');
    for (const redo of ['Control+y', 'Control+Shift+Z']) {
      await page.keyboard.press('Control+z');
      await waitForDigit(page, '');
      await page.keyboard.press(redo);
      await waitForDigit(page, '1');
    }
    await page.getByTestId('clear').click();
    await waitForDigit(page, '');
    await page.getByTestId('undo').click();
    await waitForDigit(page, '1');
    await page.getByTestId('redo').click();
    await waitForDigit(page, '');
    await drawByMouse(page, kStrokes[7]);
    await waitForFinalDigit(page, '7');
    await page.getByTestId('redo').click();
    assert.equal(await text(page, 'digit'), '7', 'there is nothing left to do again');
  }));

  test('a stroke from outside the sheet is drawn from its edge on', () => onPage(async (page) => {
    const [from, to] = [[0.5, -0.05], [0.5, 0.8]].map(await sheetMap(page));
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 10 });
    await page.mouse.up();
    await waitForFinalDigit(page, '1');
  }));

  test('a pointer that only passes over the sheet draws nothing', () => onPage(async (page) => {
    const [from, to] = [[0.5, -0.05], [0.5, 0.8]].map(await sheetMap(page));
    await page.mouse.move(from.x, from.y);
    await page.mouse.move(to.x, to.y, { steps: 10 });
    assert.equal(await page.evaluate(() => document.body.classList.contains('has-ink')), false);
  }));

  test('tells screen readers the answer once a stroke is done', () => onPage(async (page) => {
    await drawByMouse(page, kStrokes[7]);
    await page.waitForFunction(() =>
      /^7, .*sure$/.test(document.getElementById('announcement').textContent));
  }));

  test('says that it waits for a server that takes its time', () => onPage(async (page) => {
    /** @type {import('playwright-core').Route[]} */
    const held = [];
    let hold = true;
    await page.route('**/predict/', async (route) => {
      if (hold) held.push(route);
      else await route.continue();
    });
    await drawByMouse(page, kStrokes[1]);
    await page.getByText('Waiting for the server').waitFor();
    hold = false;
    await Promise.all(held.map((route) => route.continue()));
    await waitForFinalDigit(page, '1');
    assert.equal(await text(page, 'status'), '');
  }));

  test('says that the server is away, and goes on when it is back', () => onPage(async (page) => {
    await restartServer(async () => {
      await drawByMouse(page, kStrokes[1]);
      await page.getByText('The server does not answer').waitFor();
    });
    await waitForFinalDigit(page, '1');
    assert.equal(await text(page, 'status'), '');
  }, { noise: /Failed to load resource: net::ERR_/ }));
});

/** How many pixels of the picture that the model saw have a color. */
function coloredInk(page) {
  return page.getByTestId('seen').evaluate((canvas) => {
    // From a copy: of a canvas that is read more than once Chromium complains on the console.
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      count += data[i] !== data[i + 2] ? 1 : 0;
    }
    return count;
  });
}

/** The sum of the ink in the picture that the model saw. */
function seenInk(page) {
  return page.getByTestId('seen').evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value, i) => (i % 4 === 3 ? sum + value : sum), 0);
  });
}
