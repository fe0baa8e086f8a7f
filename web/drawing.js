// @ts-check
// What has been drawn: strokes of points, and the way back. Knows no page and no pixels.

/**
 * A place on the sheet, in units of the sheet: 0 … kSheetSize in both directions.
 * @typedef {{ readonly x: number, readonly y: number }} Point
 * @typedef {readonly Point[]} Stroke
 */

/** Both sides of the sheet. All else on it, the pen too, is measured in the same unit. */
export const kSheetSize = 280;

/** A marker's line: as wide, beside a digit that fills the sheet, as the pen of MNIST's writers. */
export const kPenWidth = 18;

/** @param {Point} point @returns {Point} */
function onSheet({ x, y }) {
  const clamp = (/** @type {number} */ value) => Math.min(kSheetSize, Math.max(0, value));
  return { x: clamp(x), y: clamp(y) };
}

/**
 * Dispatches an event after each change: 'extended' when ink was added, so that what was known of
 * the drawing is merely out of date, and 'replaced' when ink went away, so that it is wrong.
 */
export class Drawing extends EventTarget {
  /** @type {Stroke[]} */
  #strokes = [];
  /** The strokes before each step; a clear is a step like any other. @type {Stroke[][]} */
  #past = [];
  /** The strokes after each step that was taken back. @type {Stroke[][]} */
  #future = [];
  /** The stroke being drawn, also the last of #strokes. @type {Point[] | null} */
  #open = null;

  /** @returns {readonly Stroke[]} */
  get strokes() {
    return this.#strokes;
  }

  get isEmpty() {
    return this.#strokes.length === 0;
  }

  /** Whether a stroke is being drawn. */
  get isOpen() {
    return this.#open !== null;
  }

  /** Puts the pen down. A stroke that was not ended is ended. @param {Point} point */
  begin(point) {
    this.#step();
    this.#open = [onSheet(point)];
    this.#strokes = [...this.#strokes, this.#open];
    this.#tell('extended');
  }

  /**
   * Moves the pen. Nothing happens while it is up, or where it already is: neighbors in a stroke
   * always differ.
   * @param {readonly Point[]} points
   */
  extend(points) {
    if (!this.#open) return;
    const before = this.#open.length;
    for (const point of points.map(onSheet)) {
      const last = this.#open[this.#open.length - 1];
      if (point.x !== last.x || point.y !== last.y) this.#open.push(point);
    }
    if (this.#open.length > before) this.#tell('extended');
  }

  /** Lifts the pen. */
  end() {
    if (!this.#open) return;
    this.#open = null;
    this.#tell('extended');
  }

  /** Takes the last step back: a stroke, or a clear. */
  undo() {
    const before = this.#past.pop();
    if (!before) return;
    this.#future.push(this.#strokes);
    this.#strokes = before;
    this.#open = null;
    this.#tell('replaced');
  }

  /** Takes the last undo back, until something else is drawn. */
  redo() {
    const after = this.#future.pop();
    if (!after) return;
    this.#past.push(this.#strokes);
    this.#strokes = after;
    this.#open = null;
    this.#tell('replaced');
  }

  clear() {
    if (this.isEmpty) return;
    this.#step();
    this.#strokes = [];
    this.#open = null;
    this.#tell('replaced');
  }

  /** Before a change that undo takes back. */
  #step() {
    this.#past.push(this.#strokes);
    this.#future = [];
  }

  /** @param {'extended' | 'replaced'} change */
  #tell(change) {
    this.dispatchEvent(new Event(change));
  }
}
