// @ts-check
// "That was a 4": sends a drawing with what it shows, where the server keeps such.

/**
 * @typedef {object} Terms
 * @property {boolean} accepted whether the server keeps corrections
 * @property {string} consent what whoever sends one agrees to
 */

/**
 * @param {typeof fetch} [send]
 * @returns {Promise<Terms | null>} null: nothing is kept
 */
export async function feedbackTerms(send = fetch) {
  try {
    const body = await (await send('feedback')).json();
    return body?.accepted === true && typeof body.consent === 'string' ? body : null;
  } catch {
    return null;  // the page is whole without
  }
}

/**
 * @param {Blob} picture
 * @param {number} label the class that it shows
 * @param {typeof fetch} [send]
 * @returns {Promise<string>} what to say then
 */
export async function sendCorrection(picture, label, send = fetch) {
  const form = new FormData();
  form.append('file', picture, 'drawing.png');
  form.append('label', String(label));
  form.append('consent', 'true');
  try {
    const { status } = await send('feedback', { method: 'POST', body: form });
    if (status === 201) return 'Thank you, it is kept.';
    if (status === 507) return 'The server has no room for more.';
    return `It was not kept: the server answered with status ${status}.`;
  } catch {
    return 'It was not kept: the server does not answer.';
  }
}

/** The form on the page, hidden where the server keeps nothing or there is nothing to correct. */
export class Correction {
  #details;
  #labels;
  #result;
  #offered = false;
  #shown = '';

  /**
   * @param {HTMLDetailsElement} details
   * @param {() => Promise<Blob | null>} picture the drawing; null when it is empty
   */
  constructor(details, picture) {
    this.#details = details;
    this.#labels = /** @type {HTMLSelectElement} */ (details.querySelector('select'));
    this.#result = /** @type {HTMLElement} */ (details.querySelector('[role=status]'));
    details.querySelector('form')?.addEventListener('submit', async (event) => {
      event.preventDefault();
      const drawn = await picture();
      if (drawn) this.#result.textContent = await sendCorrection(drawn, Number(this.#labels.value));
    });
  }

  /** From now on there is the form, if the server takes corrections. */
  async offer() {
    const terms = await feedbackTerms();
    if (!terms) return;
    const consent = /** @type {HTMLElement} */ (this.#details.querySelector('.consent'));
    consent.textContent = terms.consent;
    this.#offered = true;
  }

  /** @param {import('./api.js').Answer} answer to what may be corrected now */
  show({ classes, best }) {
    const names = classes.join('\n');
    if (names !== this.#shown) {
      this.#labels.replaceChildren(...classes.map((name, i) => new Option(name, String(i))));
      this.#shown = names;
    }
    this.#labels.value = String(best);
    this.#result.textContent = '';
    this.#details.hidden = !this.#offered;
  }

  clear() {
    this.#details.hidden = true;
  }
}
