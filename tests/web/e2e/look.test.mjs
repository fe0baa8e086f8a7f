// How the page and the server's own pages look: in every window, in every color scheme, by
// keyboard.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { drawByMouse, waitForFinalDigit } from './browser.mjs';
import { describePage } from './suite.mjs';
import { kStrokes } from './strokes.mjs';

const kTwo = '2';

/** What a window shows without scrolling: a phone, and laptops at 200 % zoom. */
const kSmallWindows = [[390, 844], [640, 360], [720, 450]];

describePage('the look', ({ onPage }) => {
  const drawn = (body, options) => onPage(async (page) => {
    await drawByMouse(page, kStrokes[kTwo]);
    await waitForFinalDigit(page, kTwo);
    await body(page);
  }, { options: { reducedMotion: 'reduce', ...options } });

  for (const width of [320, 1280, 3840]) {
    test(`nothing sticks out of a window ${width} pixels wide`, () => onPage(async (page) => {
      for (const path of ['', 'docs', 'about']) {
        await page.goto(new URL(path, page.url()).href);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `/${path} is ${wide} pixels wide`);
      }
    }, { options: { viewport: { width, height: Math.round(width * 0.6) } } }));
  }

  for (const [width, height] of kSmallWindows) {
    test(`the whole answer fits a window of ${width}×${height}`, () => drawn(async (page) => {
      await page.evaluate(() => window.scrollTo(0, 0));
      for (const id of ['canvas', 'clear', 'digit', 'confidence', 'seen', 'bar-9']) {
        const box = await page.getByTestId(id).boundingBox();
        const bottom = box.y + box.height;
        assert.ok(box.y >= 0 && bottom <= height, `${id} ends at ${bottom}`);
      }
    }, { viewport: { width, height } }));
  }

  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    test(`bars and buttons stand out in ${colorScheme} colors`, () => drawn(async (page) => {
      const colors = await page.evaluate(() => {
        const style = (selector) => getComputedStyle(document.querySelector(selector));
        return {
          desk: style('body').backgroundColor,
          track: style('.bar-track').backgroundColor,
          bar: style('.bar:not(.best) .bar-fill').backgroundColor,
          best: style('.best .bar-fill').backgroundColor,
          edge: style('button').borderTopColor,
        };
      });
      const pairs = [['bar', 'track'], ['best', 'track'], ['edge', 'desk']];
      for (const [a, b] of pairs) {
        const ratio = contrast(colors[a], colors[b]);
        assert.ok(ratio >= 3, `${a} on ${b}: ${ratio.toFixed(2)}, and WCAG asks for 3`);
      }
    }, { colorScheme }));

    test(`sheet and bars survive forced colors, ${colorScheme}`, () => drawn(async (page) => {
      const shown = await page.evaluate(() => {
        const style = (selector) => getComputedStyle(document.querySelector(selector));
        return {
          sheet: style('.sheet').outlineStyle,
          seen: style('.seen canvas').outlineStyle,
          track: style('.bar-track').backgroundColor,
          bar: style('.bar:not(.best) .bar-fill').backgroundColor,
          best: style('.best .bar-fill').backgroundColor,
          ink: style('#canvas').color,
          paper: style('.sheet').backgroundColor,
        };
      });
      assert.equal(shown.sheet, 'solid');
      assert.equal(shown.seen, 'solid');
      assert.ok(contrast(shown.bar, shown.track) >= 3, JSON.stringify(shown));
      assert.ok(contrast(shown.best, shown.track) >= 3, JSON.stringify(shown));
      assert.ok(contrast(shown.ink, shown.paper) >= 7, JSON.stringify(shown));
    }, { forcedColors: 'active', colorScheme }));
  }

  test('the page, the API and the model have links to each other', () => onPage(async (page) => {
    await page.getByRole('link', { name: 'API' }).click();
    await page.getByRole('heading', { name: /^Inkling API/ }).waitFor();
    await page.getByRole('link', { name: 'About' }).click();
    await page.getByRole('heading', { name: 'Model: LargerCNN' }).waitFor();
    await page.getByText('Test accuracy').first().waitFor();
    await page.getByRole('link', { name: 'Draw a digit' }).click();
    await page.getByTestId('canvas').waitFor();
  }));

  test('the keyboard reaches all that scrolls', () => onPage(async (page) => {
    for (const path of ['', 'docs', 'about']) {
      await page.goto(new URL(path, page.url()).href);
      const outOfReach = await page.evaluate(() =>
        [...document.body.querySelectorAll('*')]
          .filter((element) => /auto|scroll/.test(getComputedStyle(element).overflowX)
            && element.scrollWidth > element.clientWidth && element.tabIndex < 0)
          .map((element) => element.outerHTML.slice(0, 80)));
      assert.deepEqual(outOfReach, [], `/${path}`);
    }
  }, { options: { viewport: { width: 320, height: 640 } } }));

  test('the icon is asked for once', () => onPage(async (page) => {
    const references = await page.evaluate(() =>
      document.querySelectorAll('[href*="icon.svg"], [src*="icon.svg"]').length);
    assert.equal(references, 1);
  }));
});

/** Of two colors as getComputedStyle() gives them (WCAG 2.2, 1.4.11). */
function contrast(a, b) {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color) {
  const channels = /** @type {string[]} */ (color.match(/[\d.]+/g)).map(Number);
  const [red, green, blue] = channels.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
