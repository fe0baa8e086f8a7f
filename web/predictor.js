// @ts-check
// Keeps the prediction up with the drawing: one question at a time, and always the latest drawing.
import { SignedOut, Unavailable } from './api.js';

/**
 * @typedef {import('./api.js').Answer} Answer
 *
 * What is known of the drawing. 'empty': there is nothing to read. 'slow': an answer is still
 * awaited. 'away': none came, as the server does not answer or, `signedOut`, wants to know first
 * who asks. `latest` is false while a later drawing is still being asked about.
 * @typedef {{ kind: 'empty' }
 *   | { kind: 'answer', answer: Answer, latest: boolean }
 *   | { kind: 'slow' }
 *   | { kind: 'away', signedOut: boolean }
 *   | { kind: 'refused', message: string }} Reading
 *
 * @typedef {object} Parts
 * @property {() => Promise<Blob | null>} picture the drawing as it is now; null when it is empty
 * @property {(picture: Blob) => Promise<Answer | null>} recognize null: the picture is blank
 * @property {(reading: Reading) => void} show
 * @property {(run: () => void, ms: number) => any} [schedule] as setTimeout
 * @property {(timer: any) => void} [cancel] as clearTimeout
 */

/** How long to wait before the server is asked again, after each failure in a row. */
export const kRetryDelaysMs = Object.freeze([500, 1000, 2000, 4000, 8000]);

/** How long an answer may take before the page says that it waits for one. */
export const kSlowMs = 800;

export class Predictor {
  #parts;
  /** Numbers the states of the drawing, so that each answer is known to belong to one. */
  #wanted = 0;
  #settled = 0;
  /** Answers to states before this one are wrong: ink that they saw is gone. */
  #validFrom = 0;
  #asking = false;
  #failures = 0;
  /** @type {any} */
  #retry = null;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = {
      schedule: (/** @type {() => void} */ run, /** @type {number} */ ms) => setTimeout(run, ms),
      cancel: (/** @type {any} */ timer) => clearTimeout(timer),
      ...parts,
    };
  }

  /** Ink was added. An answer under way still says something, and is shown. */
  extended() {
    this.#wanted += 1;
    this.#hurry();
    this.#ask();
  }

  /** Ink went away. An answer under way is about a drawing that is gone, and is dropped. */
  replaced() {
    this.#validFrom = this.#wanted + 1;
    this.extended();
  }

  async #ask() {
    if (this.#asking || this.#retry !== null) return;
    this.#asking = true;
    while (this.#settled !== this.#wanted && this.#retry === null) {
      const state = this.#wanted;
      const reading = await this.#read();
      const away = reading.kind === 'away';
      if (away) this.#retryLater();
      else this.#settle(state);
      if (away || state >= this.#validFrom) this.#parts.show(this.#dated(reading, state));
    }
    this.#asking = false;
  }

  /** @returns {Promise<Reading>} */
  async #read() {
    const slow = this.#parts.schedule(() => this.#parts.show({ kind: 'slow' }), kSlowMs);
    try {
      const picture = await this.#parts.picture();
      const answer = picture && (await this.#parts.recognize(picture));
      return answer ? { kind: 'answer', answer, latest: true } : { kind: 'empty' };
    } catch (error) {
      if (error instanceof Unavailable) {
        return { kind: 'away', signedOut: error instanceof SignedOut };
      }
      return { kind: 'refused', message: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#parts.cancel(slow);
    }
  }

  /** @param {number} state */
  #settle(state) {
    this.#settled = state;
    this.#failures = 0;
  }

  /** @param {Reading} reading @param {number} state @returns {Reading} */
  #dated(reading, state) {
    return reading.kind === 'answer' ? { ...reading, latest: state === this.#wanted } : reading;
  }

  #retryLater() {
    const delay = kRetryDelaysMs[Math.min(this.#failures, kRetryDelaysMs.length - 1)];
    this.#failures += 1;
    this.#wait(delay);
  }

  /** Someone draws: a long wait becomes the shortest, which hammers no server that is away. */
  #hurry() {
    if (this.#retry === null || this.#failures <= 1) return;
    this.#parts.cancel(this.#retry);
    this.#failures = 1;
    this.#wait(kRetryDelaysMs[0]);
  }

  /** @param {number} ms */
  #wait(ms) {
    this.#retry = this.#parts.schedule(() => {
      this.#retry = null;
      this.#ask();
    }, ms);
  }
}
