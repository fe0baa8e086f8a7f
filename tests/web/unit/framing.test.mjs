import assert from 'node:assert/strict';
import { test } from 'node:test';

import { kPenWidth, kSheetSize } from '../../../web/drawing.js';
import { framing } from '../../../web/framing.js';

const kWholeSheet = { scale: 1, left: 0, top: 0, penWidth: kPenWidth };

/** Two strokes across a box. */
const across = (x, y, width, height) =>
  [[{ x, y }, { x: x + width, y: y + height }], [{ x: x + width, y }, { x, y: y + height }]];

test('a drawing that fills the sheet is sent as it is', () => {
  assert.deepEqual(framing(across(40, 20, 120, 240)), kWholeSheet);
});

test('a dot, or a mark no larger than the pen, stays one', () => {
  assert.deepEqual(framing([[{ x: 30, y: 40 }]]), kWholeSheet);
  assert.deepEqual(framing(across(30, 40, 10, kPenWidth)), kWholeSheet);
});

test('a small drawing is enlarged about its middle, with a pen that fits it', () => {
  const { scale, left, top, penWidth } = framing(across(10, 200, 20, 35));
  assert.equal(scale * 20 + left, kSheetSize / 2);
  assert.ok(Math.abs(scale * 217.5 + top - kSheetSize / 2) < 1e-9);
  assert.equal(scale * 35, 0.7 * kSheetSize);
  assert.ok(Math.abs(penWidth - 3.5) < 1e-9);
  assert.ok(scale * 200 + top - scale * penWidth > 0, 'it is wholly in the picture');
});

test('the pen is never wider than on the sheet', () => {
  assert.equal(framing(across(10, 10, 50, 190)).penWidth, kPenWidth);
});

test('takes a drawing of any length', () => {
  const long = Array.from({ length: 300_000 }, (_, i) => ({ x: 100 + (i % 50), y: 100 }));
  assert.equal(framing([long]).scale, 0.7 * kSheetSize / 49);
});
