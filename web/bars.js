// @ts-check
// Ten probabilities as bars and as percentages.

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

export class Bars {
  #rows;

  /** Fills an empty list with ten rows. @param {HTMLElement} list */
  constructor(list) {
    this.#rows = Array.from({ length: 10 }, (_, digit) => makeRow(digit));
    list.append(...this.#rows.map(({ row }) => row));
    this.clear();
  }

  /** @param {readonly number[]} probabilities @param {number} best the row that stands out */
  show(probabilities, best) {
    percentages(probabilities).forEach((percent, digit) => {
      this.#set(digit, probabilities[digit], `${percent} %`, digit === best);
    });
  }

  clear() {
    this.#rows.forEach((_, digit) => this.#set(digit, 0, '', false));
  }

  /**
   * @param {number} digit @param {number} probability @param {string} text @param {boolean} best
   */
  #set(digit, probability, text, best) {
    const { row, meter, fill, value } = this.#rows[digit];
    row.classList.toggle('best', best);
    meter.setAttribute('aria-valuenow', probability.toFixed(3));
    meter.setAttribute('aria-valuetext', text || 'unknown');
    fill.style.transform = `scaleX(${probability})`;
    value.textContent = text;
  }
}

/** @param {number} digit */
function makeRow(digit) {
  const row = element('li', 'bar');
  row.dataset.testid = `bar-${digit}`;
  const label = element('span', 'bar-label');
  label.textContent = String(digit);
  label.setAttribute('aria-hidden', 'true');
  const meter = element('span', 'bar-track');
  meter.setAttribute('role', 'meter');
  meter.setAttribute('aria-label', `Probability of ${digit}`);
  meter.setAttribute('aria-valuemin', '0');
  meter.setAttribute('aria-valuemax', '1');
  const fill = element('span', 'bar-fill');
  const value = element('span', 'bar-value');
  value.setAttribute('aria-hidden', 'true');
  meter.append(fill);
  row.append(label, meter, value);
  return { row, meter, fill, value };
}

/** @param {string} name @param {string} className */
function element(name, className) {
  const made = document.createElement(name);
  made.className = className;
  return made;
}
