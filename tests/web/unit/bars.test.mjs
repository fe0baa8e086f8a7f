import assert from 'node:assert/strict';
import { test } from 'node:test';

import { confidenceText, percentages, shownClasses } from '../../../web/bars.js';

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

test('percentages add up to 100 where rounding alone would not', () => {
  assert.equal(sum(percentages([0.333, 0.333, 0.334])), 100);
  assert.equal(sum(percentages(Array(10).fill(0.1))), 100);
  assert.equal(sum(percentages(Array(7).fill(1 / 7))), 100);
  assert.equal(sum(percentages([0.995, 0.0005, 0.0005, 0.004])), 100);
});

test('percentages add up to 100 though the probabilities themselves are rounded', () => {
  assert.equal(sum(percentages([0.999999, 0, 0])), 100);
  assert.equal(sum(percentages([0.500001, 0.500001])), 100);
});

test('each percentage is its probability rounded up or down', () => {
  const probabilities = [0.014, 0.226, 0.009, 0.551, 0.2];
  percentages(probabilities).forEach((percent, i) => {
    assert.ok(Math.abs(percent - 100 * probabilities[i]) < 1);
  });
});

test('a certain digit has all hundred', () => {
  assert.deepEqual(percentages([0, 1, 0]), [0, 100, 0]);
});

test('ten classes keep their order, of more the likeliest are shown', () => {
  assert.deepEqual(shownClasses([0.1, 0.7, 0.2]), [0, 1, 2]);
  const letters = Array.from({ length: 26 }, (_, i) => (i + 1) / 351);
  assert.deepEqual(shownClasses(letters), [25, 24, 23, 22, 21, 20, 19, 18, 17, 16]);
});

test('a confidence is never rounded up to certainty', () => {
  assert.equal(confidenceText(1), 'over 99.9 % sure');
  assert.equal(confidenceText(0.99999), 'over 99.9 % sure');
  assert.equal(confidenceText(0.9989), '99.8 % sure');
  assert.equal(confidenceText(0.5), '50.0 % sure');
});
