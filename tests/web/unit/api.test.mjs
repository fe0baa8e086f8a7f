import assert from 'node:assert/strict';
import { test } from 'node:test';

import { recognize, Refused, SignedOut, Unavailable } from '../../../web/api.js';

const kPicture = new Blob(['a picture'], { type: 'image/png' });
const kSeen = Uint8Array.from({ length: 784 }, (_, i) => i % 256);
const kBody = {
  predicted_digit: 7,
  confidence: 0.91,
  probabilities: [0, 0, 0, 0.09, 0, 0, 0, 0.91, 0, 0],
  model: 'a model',
  seen: Buffer.from(kSeen).toString('base64'),
};

/** A server that always answers so. */
const server = (status, body, headers = {}) => async () =>
  new Response(JSON.stringify(body), { status, headers });

test('the picture is posted as the form field `file`, to the page\'s own origin', async () => {
  const requests = [];
  await recognize(kPicture, async (url, request) => {
    requests.push({ url, request });
    return server(200, kBody)();
  });
  const [{ url, request }] = requests;
  assert.equal(url, 'predict/');
  assert.equal(request.method, 'POST');
  const file = request.body.get('file');
  assert.equal(file.type, 'image/png');
  assert.equal(await file.text(), 'a picture');
});

test('an answer carries digit, confidence, probabilities and the picture seen', async () => {
  const answer = await recognize(kPicture, server(200, kBody));
  assert.equal(answer.best, 7);
  assert.deepEqual(answer.classes, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  assert.equal(answer.confidence, 0.91);
  assert.deepEqual(answer.probabilities, kBody.probabilities);
  assert.deepEqual(answer.seen, kSeen);
  assert.equal(answer.doubt, '');
});

test('an answer says which ink spoke for it where that is asked', async () => {
  const urls = [];
  const saliency = Int8Array.from({ length: 784 }, (_, i) => (i % 255) - 127);
  const body = { ...kBody, saliency: Buffer.from(saliency.buffer).toString('base64') };
  const send = async (url) => {
    urls.push(url);
    return server(200, body)();
  };
  assert.deepEqual((await recognize(kPicture, send, true)).saliency, saliency);
  assert.deepEqual(urls, ['predict/?explain=true']);
  assert.equal((await recognize(kPicture, server(200, kBody))).saliency, null);
  for (const wrong of ['AAAA', '!', 7]) {
    const send = server(200, { ...body, saliency: wrong });
    await assert.rejects(recognize(kPicture, send, true), Unavailable);
  }
});

test('an answer that abstains carries the reason', async () => {
  const body = { ...kBody, abstain: true, reason: 'not a digit' };
  assert.equal((await recognize(kPicture, server(200, body))).doubt, 'not a digit');
  const sure = { ...kBody, abstain: false, reason: null };
  assert.equal((await recognize(kPicture, server(200, sure))).doubt, '');
});

test('an answer of other classes carries their names', async () => {
  const body = {
    ...kBody, predicted_digit: 1, probabilities: [0.2, 0.8], classes: ['Coat', 'Bag'],
    seen: Buffer.from(new Uint8Array(64)).toString('base64'),
  };
  const answer = await recognize(kPicture, server(200, body));
  assert.deepEqual(answer.classes, ['Coat', 'Bag']);
  assert.equal(answer.seen.length, 64);
  for (const wrong of [{ predicted_digit: 2 }, { classes: ['Coat'] }, { classes: [1, 2] },
    { classes: 'Coat' }]) {
    await assert.rejects(recognize(kPicture, server(200, { ...body, ...wrong })), Unavailable);
  }
});

test('a blank picture is no error, whatever the words', async () => {
  const body = { error: 'Nothing is drawn.' };
  const blank = server(400, body, { 'X-Error-Code': 'blank_image' });
  assert.equal(await recognize(kPicture, blank), null);
  await assert.rejects(recognize(kPicture, server(400, body)), Refused);
  const elsewhere = server(422, body, { 'X-Error-Code': 'blank_image' });
  await assert.rejects(recognize(kPicture, elsewhere), Refused);
});

test('a refusal says what the server said', async () => {
  const refusals = [
    [415, { error: 'expected a PNG' }, 'expected a PNG'],
    [400, { detail: 'no boundary' }, 'no boundary'],
    [422, { detail: [{ msg: 'Field required' }] }, 'Field required'],
    [404, {}, 'The server answered with status 404.'],
  ];
  for (const [status, body, message] of refusals) {
    await assert.rejects(recognize(kPicture, server(status, body)), (error) => {
      assert.ok(error instanceof Refused);
      assert.equal(error.message, message);
      return true;
    });
  }
});

test('a server that is away, overloaded or broken is unavailable', async () => {
  const away = async () => { throw new TypeError('fetch failed'); };
  const noJson = async () => new Response('<html>', { status: 200 });
  for (const send of [away, noJson, server(500, {}), server(503, {}), server(429, {})]) {
    await assert.rejects(recognize(kPicture, send), Unavailable);
  }
});

test('a session that has ended is told apart', async () => {
  const ended = server(401, { detail: 'Not authenticated' });
  await assert.rejects(recognize(kPicture, ended), SignedOut);
});

test('an answer in an unknown form is not shown', async () => {
  const bodies = [
    null,
    'seven',
    { ...kBody, predicted_digit: '7' },
    { ...kBody, predicted_digit: 10 },
    { ...kBody, predicted_digit: -1 },
    { ...kBody, confidence: null },
    { ...kBody, abstain: true, reason: null },
    { ...kBody, probabilities: [1] },
    { ...kBody, probabilities: Array(10).fill('0.1') },
    { ...kBody, seen: undefined },
    { ...kBody, seen: '!' },
    { ...kBody, seen: 'AAAA' },
  ];
  for (const body of bodies) {
    await assert.rejects(recognize(kPicture, server(200, body)), Unavailable);
  }
});
