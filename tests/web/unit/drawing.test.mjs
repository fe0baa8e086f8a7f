import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Drawing, kSheetSize } from '../../../web/drawing.js';

const kA = { x: 10, y: 20 };
const kB = { x: 30, y: 40 };
const kC = { x: 50, y: 60 };

/** A drawing, and the changes it told of. */
function watched() {
  const drawing = new Drawing();
  /** @type {string[]} */
  const changes = [];
  for (const change of ['extended', 'replaced']) {
    drawing.addEventListener(change, () => changes.push(change));
  }
  return { drawing, changes };
}

function draw(drawing, ...points) {
  drawing.begin(points[0]);
  drawing.extend(points.slice(1));
  drawing.end();
}

test('a new drawing is empty', () => {
  const drawing = new Drawing();
  assert.ok(drawing.isEmpty);
  assert.deepEqual(drawing.strokes, []);
});

test('a stroke holds its points in their order, and is there while it is drawn', () => {
  const { drawing, changes } = watched();
  drawing.begin(kA);
  assert.ok(drawing.isOpen);
  drawing.extend([kB, kC]);
  assert.deepEqual(drawing.strokes, [[kA, kB, kC]]);
  drawing.end();
  assert.ok(!drawing.isOpen);
  assert.deepEqual(changes, ['extended', 'extended', 'extended']);
});

test('a pen that is up draws nothing', () => {
  const { drawing, changes } = watched();
  drawing.extend([kA]);
  drawing.end();
  assert.ok(drawing.isEmpty);
  assert.deepEqual(changes, []);
});

test('a pen that rests adds no point', () => {
  const { drawing, changes } = watched();
  drawing.begin(kA);
  drawing.extend([{ ...kA }, kB, { ...kB }, kA]);
  drawing.extend([{ ...kA }]);
  drawing.extend([]);
  assert.deepEqual(drawing.strokes, [[kA, kB, kA]]);
  assert.deepEqual(changes, ['extended', 'extended']);
});

test('points outside the sheet are brought to its edge', () => {
  const { drawing } = watched();
  draw(drawing, { x: -5, y: 7 }, { x: 1e9, y: kSheetSize + 1 });
  assert.deepEqual(drawing.strokes, [[{ x: 0, y: 7 }, { x: kSheetSize, y: kSheetSize }]]);
});

test('undo takes back one stroke at a time, and nothing once all are gone', () => {
  const { drawing, changes } = watched();
  draw(drawing, kA, kB);
  draw(drawing, kC);
  changes.length = 0;
  drawing.undo();
  assert.deepEqual(drawing.strokes, [[kA, kB]]);
  drawing.undo();
  assert.ok(drawing.isEmpty);
  drawing.undo();
  assert.deepEqual(changes, ['replaced', 'replaced']);
});

test('undo takes back a clear', () => {
  const { drawing } = watched();
  draw(drawing, kA, kB);
  drawing.clear();
  assert.ok(drawing.isEmpty);
  drawing.undo();
  assert.deepEqual(drawing.strokes, [[kA, kB]]);
});

test('redo takes back one undo at a time, and nothing once all are done again', () => {
  const { drawing, changes } = watched();
  draw(drawing, kA);
  draw(drawing, kB);
  drawing.undo();
  drawing.undo();
  changes.length = 0;
  drawing.redo();
  assert.deepEqual(drawing.strokes, [[kA]]);
  drawing.redo();
  assert.deepEqual(drawing.strokes, [[kA], [kB]]);
  drawing.redo();
  assert.deepEqual(changes, ['replaced', 'replaced']);
  drawing.undo();
  assert.deepEqual(drawing.strokes, [[kA]], 'and undo takes back what was done again');
});

test('a new stroke or a clear forgets what was undone', () => {
  for (const step of [(drawing) => draw(drawing, kB), (drawing) => drawing.clear()]) {
    const { drawing } = watched();
    draw(drawing, kA);
    draw(drawing, kB);
    drawing.undo();
    step(drawing);
    const after = drawing.strokes;
    drawing.redo();
    assert.deepEqual(drawing.strokes, after);
  }
});

test('clearing an empty sheet is no step', () => {
  const { drawing, changes } = watched();
  drawing.clear();
  assert.deepEqual(changes, []);
});

for (const leave of ['undo', 'clear']) {
  test(`${leave} in the middle of a stroke lifts the pen`, () => {
    const { drawing } = watched();
    drawing.begin(kA);
    drawing[leave]();
    drawing.extend([kB]);
    assert.ok(drawing.isEmpty);
    assert.ok(!drawing.isOpen);
  });
}
