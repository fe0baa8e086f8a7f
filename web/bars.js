// @ts-check
// Probabilities as bars and as percentages.
import { kDigits } from './api.js';

export const kMaxBars = 10;

/**
 * Whole percentages that add up to 100: rounded down, and what is missing given to those that lost
 * most by it (the largest remainder method).
 * @param {readonly number[]} probabilities
 * @returns {number[]}
 */
export function percentages(probabilities) {
  const total = probabilities.reduce((sum, probability) => sum + probability, 0);
  const exact = probabilities.map((probability) => (100 * probability) / total);
  const whole = exact.map(Math.floor);
  const missing = 100 - whole.reduce((sum, percent) => sum + percent, 0);
  exact
    .map((percent, i) => ({ i, lost: percent - whole[i] }))
    .sort((a, b) => b.lost - a.lost)
    .slice(0, missing)
    .forEach(({ i }) => { whole[i] += 1; });
  return whole;
}

/**
 * A confidence in words. It never claims a certainty that rounding alone made.
 * @param {number} confidence
 */
export function confidenceText(confidence) {
  if (confidence > 0.999) return 'over 99.9 % sure';
  return `${(Math.floor(confidence * 1000) / 10).toFixed(1)} % sure`;
}

/**
 * The classes that have a bar, in the order of their bars: all, in their own order, where there are
 * at most kMaxBars, else the likeliest, the likeliest first.
 * @param {readonly number[]} probabilities
 * @returns {number[]}
 */
export function shownClasses(probabilities) {
  const all = probabilities.map((_, number) => number);
  if (all.length <= kMaxBars) return all;
  return all.sort((a, b) => probabilities[b] - probabilities[a]).slice(0, kMaxBars);
}

export class Bars {
  #list;
  /** @type {ReturnType<typeof makeRow>[]} */
  #rows = [];

  /** Fills an empty list with a row for each digit. @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
    this.#resize(kDigits.length);
    kDigits.forEach((name, i) => this.#set(i, name, 0, '', false));
  }

  /** @param {import('./api.js').Answer} answer */
  show({ probabilities, classes, best }) {
    const percents = percentages(probabilities);
    const shown = shownClasses(probabilities);
    this.#resize(shown.length);
    this.#list.classList.toggle('named', classes.some((name) => name.length > 2));
    shown.forEach((number, i) => {
      const text = `${percents[number]} %`;
      this.#set(i, classes[number], probabilities[number], text, number === best);
    });
  }

  clear() {
    this.#rows.forEach(({ name }, i) => this.#set(i, name, 0, '', false));
  }

  /** @param {number} count */
  #resize(count) {
    while (this.#rows.length > count) this.#rows.pop()?.row.remove();
    while (this.#rows.length < count) {
      const made = makeRow(this.#rows.length);
      this.#rows.push(made);
      this.#list.append(made.row);
    }
  }

  /**
   * @param {number} i @param {string} name @param {number} probability @param {string} text
   * @param {boolean} best
   */
  #set(i, name, probability, text, best) {
    const { row, label, meter, fill, value } = this.#rows[i];
    this.#rows[i].name = name;
    label.textContent = name;
    row.classList.toggle('best', best);
    meter.setAttribute('aria-label', `Probability of ${name}`);
    meter.setAttribute('aria-valuenow', probability.toFixed(3));
    meter.setAttribute('aria-valuetext', text || 'unknown');
    fill.style.transform = `scaleX(${probability})`;
    value.textContent = text;
  }
}

/** @param {number} i */
function makeRow(i) {
  const row = element('li', 'bar');
  row.dataset.testid = `bar-${i}`;
  const label = element('span', 'bar-label');
  label.setAttribute('aria-hidden', 'true');
  const meter = element('span', 'bar-track');
  meter.setAttribute('role', 'meter');
  meter.setAttribute('aria-valuemin', '0');
  meter.setAttribute('aria-valuemax', '1');
  const fill = element('span', 'bar-fill');
  const value = element('span', 'bar-value');
  value.setAttribute('aria-hidden', 'true');
  meter.append(fill);
  row.append(label, meter, value);
  return { name: '', row, label, meter, fill, value };
}

/** @param {string} name @param {string} className */
function element(name, className) {
  const made = document.createElement(name);
  made.className = className;
  return made;
}
