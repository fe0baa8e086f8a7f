import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Refused, Unavailable } from '../../../web/api.js';
import { kRetryDelaysMs, kSlowMs, Predictor } from '../../../web/predictor.js';

/** Lets everything that waits for nothing but promises go on. */
const settle = () => new Promise((resolve) => { setImmediate(resolve); });

/**
 * A predictor whose server answers when the test says so, and whose clock is the test's.
 * `drawing` is what its picture holds; '' is an empty sheet.
 */
function makeBench() {
  const bench = {
    drawing: '',
    asked: [],
    shown: [],
    /** Until the next try, and until the page says that it waits. */
    timer: null,
    slow: null,
    /** Answers the oldest open question. */
    async answer(result) {
      open.shift().resolve(result);
      await settle();
    },
    async fail(error = new Unavailable('away')) {
      open.shift().reject(error);
      await settle();
    },
    async draw(content) {
      bench.drawing = content;
      bench.predictor.extended();
      await settle();
    },
    async replace(content) {
      bench.drawing = content;
      bench.predictor.replaced();
      await settle();
    },
    async elapse() {
      const { run } = bench.timer;
      bench.timer = null;
      run();
      await settle();
    },
  };
  const open = [];
  bench.predictor = new Predictor({
    picture: async () => bench.drawing || null,
    recognize(picture) {
      bench.asked.push(picture);
      return new Promise((resolve, reject) => { open.push({ resolve, reject }); });
    },
    show: (reading) => bench.shown.push(reading),
    schedule(run, ms) {
      const timer = { run, ms, name: ms === kSlowMs ? 'slow' : 'timer' };
      bench[timer.name] = timer;
      return timer;
    },
    cancel(timer) {
      if (timer === bench.slow) bench.slow = null;
      else {
        assert.equal(timer, bench.timer);
        bench.timer = null;
      }
    },
  });
  return bench;
}

const answered = (answer, latest = true) => ({ kind: 'answer', answer, latest });

test('a drawing is asked about, and its answer shown', async () => {
  const bench = makeBench();
  await bench.draw('a');
  await bench.answer('A');
  assert.deepEqual(bench.asked, ['a']);
  assert.deepEqual(bench.shown, [answered('A')]);
});

test('one question is open at a time, and the next one is about the latest drawing', async () => {
  const bench = makeBench();
  await bench.draw('a');
  await bench.draw('ab');
  await bench.draw('abc');
  assert.deepEqual(bench.asked, ['a']);
  await bench.answer('A');
  assert.deepEqual(bench.asked, ['a', 'abc']);
  await bench.answer('ABC');
  assert.deepEqual(bench.asked, ['a', 'abc']);
  assert.deepEqual(bench.shown, [answered('A', false), answered('ABC')]);
});

test('an answer about ink that is gone is dropped', async () => {
  const bench = makeBench();
  await bench.draw('ab');
  await bench.replace('a');
  await bench.answer('AB');
  assert.deepEqual(bench.shown, []);
  await bench.answer('A');
  assert.deepEqual(bench.shown, [answered('A')]);
});

test('an empty sheet is not asked about', async () => {
  const bench = makeBench();
  await bench.replace('');
  assert.deepEqual(bench.asked, []);
  assert.deepEqual(bench.shown, [{ kind: 'empty' }]);
});

test('a blank picture reads as an empty sheet', async () => {
  const bench = makeBench();
  await bench.draw('a');
  await bench.answer(null);
  assert.deepEqual(bench.shown, [{ kind: 'empty' }]);
});

test('a refusal is shown, and not asked again until the drawing changes', async () => {
  const bench = makeBench();
  await bench.draw('a');
  await bench.fail(new Refused('too large'));
  assert.deepEqual(bench.shown, [{ kind: 'refused', message: 'too large' }]);
  assert.equal(bench.timer, null);
  await bench.draw('ab');
  assert.deepEqual(bench.asked, ['a', 'ab']);
});

test('a server that is away is asked again after longer and longer waits', async () => {
  const bench = makeBench();
  await bench.draw('a');
  const waits = [];
  for (let i = 0; i < kRetryDelaysMs.length + 2; ++i) {
    await bench.fail();
    waits.push(bench.timer.ms);
    await bench.elapse();
  }
  const longest = kRetryDelaysMs[kRetryDelaysMs.length - 1];
  assert.deepEqual(waits, [...kRetryDelaysMs, longest, longest]);
  await bench.answer('A');
  assert.deepEqual(bench.shown[bench.shown.length - 1], answered('A'));
  assert.equal(bench.timer, null);
});

test('a success makes the next wait the shortest again', async () => {
  const bench = makeBench();
  await bench.draw('a');
  await bench.fail();
  await bench.elapse();
  await bench.answer('A');
  await bench.draw('ab');
  await bench.fail();
  assert.equal(bench.timer.ms, kRetryDelaysMs[0]);
});

test('drawing while the server is away shortens a long wait, and asks no sooner', async () => {
  const bench = makeBench();
  await bench.draw('a');
  for (let i = 0; i < 4; ++i) {
    await bench.fail();
    if (i < 3) await bench.elapse();
  }
  assert.ok(bench.timer.ms > kRetryDelaysMs[0]);
  await bench.draw('ab');
  const shortened = bench.timer;
  assert.equal(shortened.ms, kRetryDelaysMs[0]);
  await bench.draw('abc');
  assert.equal(bench.timer, shortened, 'a hand that keeps drawing must not put the question off');
  assert.equal(bench.asked.length, 4);
  await bench.elapse();
  assert.equal(bench.asked[4], 'abc');
});

test('says that it waits once an answer takes long, and no longer when it has come', async () => {
  const bench = makeBench();
  await bench.draw('a');
  bench.slow.run();
  assert.deepEqual(bench.shown, [{ kind: 'slow' }]);
  await bench.answer('A');
  assert.equal(bench.shown[1].kind, 'answer');
  assert.equal(bench.slow, null, 'nothing is awaited any more');
});

test('waits anew for each question', async () => {
  const bench = makeBench();
  await bench.draw('a');
  const first = bench.slow;
  await bench.draw('ab');
  await bench.answer('A');
  assert.notEqual(bench.slow, null);
  assert.notEqual(bench.slow, first);
  await bench.fail();
  assert.equal(bench.slow, null);
});
