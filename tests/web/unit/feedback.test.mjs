import assert from 'node:assert/strict';
import { test } from 'node:test';

import { feedbackTerms, sendCorrection } from '../../../web/feedback.js';

const kPicture = new Blob(['a picture'], { type: 'image/png' });
const server = (status, body) => async () => new Response(JSON.stringify(body), { status });
const away = async () => { throw new TypeError('fetch failed'); };

test('terms are those of a server that keeps corrections', async () => {
  const terms = { accepted: true, consent: 'It is kept.' };
  assert.deepEqual(await feedbackTerms(server(200, terms)), terms);
  for (const none of [{ accepted: false, consent: '' }, {}, null, { accepted: true }]) {
    assert.equal(await feedbackTerms(server(200, none)), null);
  }
  assert.equal(await feedbackTerms(server(404, { detail: 'Not Found' })), null);
  assert.equal(await feedbackTerms(away), null);
});

test('a correction is sent with picture, label and consent', async () => {
  const requests = [];
  await sendCorrection(kPicture, 4, async (url, request) => {
    requests.push({ url, request });
    return server(201, {})();
  });
  const [{ url, request }] = requests;
  assert.equal(url, 'feedback');
  assert.equal(request.method, 'POST');
  assert.equal(request.body.get('label'), '4');
  assert.equal(request.body.get('consent'), 'true');
  assert.equal(await request.body.get('file').text(), 'a picture');
});

test('it is said whether a correction was kept', async () => {
  assert.match(await sendCorrection(kPicture, 4, server(201, {})), /Thank you/);
  assert.match(await sendCorrection(kPicture, 4, server(507, {})), /no room/);
  assert.match(await sendCorrection(kPicture, 4, server(401, {})), /not kept.*401/);
  assert.match(await sendCorrection(kPicture, 4, away), /not kept.*does not answer/);
});
