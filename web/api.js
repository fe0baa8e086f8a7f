// @ts-check
// One question to the server: which digit is this picture? And its answers, each told apart.

/**
 * @typedef {object} Answer
 * @property {number} best the number of the likeliest class: the digit, where classes are digits
 * @property {readonly string[]} classes their names
 * @property {number} confidence the probability of that class
 * @property {readonly number[]} probabilities of the classes; they add up to 1
 * @property {string} doubt why the answer is not to be believed, in a few words; empty: it is
 * @property {Int8Array | null} saliency where it was asked for, how much each pixel's ink spoke for
 *   the answer: 127 most, below 0 against it
 * @property {Uint8Array} seen the square that the network saw, row by row: 0 background, 255 ink
 */

/** What the classes are where the server names none. */
export const kDigits = Object.freeze(Array.from({ length: 10 }, (_, digit) => String(digit)));

const kTimeoutMs = 10_000;

/** The server did not answer, or not as it should; the same question may succeed later. */
export class Unavailable extends Error {}

/** Whoever asks is to sign in first; the same question will succeed then. */
export class SignedOut extends Unavailable {}

/** The server will not take this picture, whenever it is asked. The message is its own. */
export class Refused extends Error {}

/**
 * @param {Blob} picture
 * @param {typeof fetch} [send]
 * @param {boolean} [explain] whether to ask for the saliency, too
 * @returns {Promise<Answer | null>} null: the picture is blank
 * @throws {Unavailable | SignedOut | Refused}
 */
export async function recognize(picture, send = fetch, explain = false) {
  const form = new FormData();
  form.append('file', picture, 'drawing.png');
  let status;
  let code;
  let body;
  try {
    const response = await send(explain ? 'predict/?explain=true' : 'predict/', {
      method: 'POST',
      body: form,
      signal: AbortSignal.timeout(kTimeoutMs),
    });
    status = response.status;
    code = response.headers.get('X-Error-Code');
    body = await response.json();
  } catch (cause) {
    throw new Unavailable('no answer', { cause });
  }
  if (status === 200) return readAnswer(body);
  if (status === 401) throw new SignedOut('signed out');
  if (status === 400 && code === 'blank_image') return null;
  if (status >= 500 || status === 408 || status === 429) throw new Unavailable(`status ${status}`);
  throw new Refused(explanation(body) ?? `The server answered with status ${status}.`);
}

/** @param {any} body @returns {Answer} */
function readAnswer(body) {
  const seen = decodeBase64(body?.seen);
  const classes = body?.classes ?? kDigits;
  const saliency = body?.saliency === undefined ? null : decodeBase64(body.saliency);
  const sound =
    Array.isArray(classes) &&
    classes.every((name) => typeof name === 'string') &&
    Number.isInteger(body?.predicted_digit) &&
    body.predicted_digit >= 0 &&
    body.predicted_digit < classes.length &&
    Number.isFinite(body.confidence) &&
    Array.isArray(body.probabilities) &&
    body.probabilities.length === classes.length &&
    body.probabilities.every(Number.isFinite) &&
    (!body.abstain || typeof body.reason === 'string') &&
    seen !== null &&
    seen.length > 0 &&
    Number.isInteger(Math.sqrt(seen.length)) &&
    (body.saliency === undefined || saliency?.length === seen.length);
  if (!sound) throw new Unavailable('an answer in an unknown form');
  return {
    best: body.predicted_digit,
    classes,
    confidence: body.confidence,
    probabilities: body.probabilities,
    doubt: body.abstain ? body.reason : '',
    saliency: saliency && new Int8Array(saliency.buffer),
    seen: /** @type {Uint8Array} */ (seen),
  };
}

/** @param {unknown} text @returns {Uint8Array | null} */
function decodeBase64(text) {
  if (typeof text !== 'string') return null;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** What an error's body says: {error}, {detail} or FastAPI's list. @param {any} body */
function explanation(body) {
  const texts = [body?.error, body?.detail, body?.detail?.[0]?.msg];
  return texts.find((text) => typeof text === 'string');
}
