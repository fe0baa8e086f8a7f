// @ts-check
// The sheet on the screen: shows the drawing, and lets mouse, finger and pen draw on it.
import { kSheetSize } from './drawing.js';
import { paint } from './ink.js';

/** @typedef {import('./drawing.js').Drawing} Drawing */

export class CanvasView {
  #canvas;
  #context;
  #drawing;
  /** The pointer that draws; others, a resting palm say, are ignored. @type {number | null} */
  #pointer = null;
  #frame = 0;

  /** @param {HTMLCanvasElement} canvas @param {Drawing} drawing */
  constructor(canvas, drawing) {
    this.#canvas = canvas;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    this.#drawing = drawing;

    canvas.addEventListener('pointerdown', (event) => this.#begin(event));
    canvas.addEventListener('pointerenter', (event) => this.#enter(event));
    canvas.addEventListener('pointermove', (event) => this.#extend(event));
    /** @type {('pointerup' | 'pointercancel' | 'lostpointercapture')[]} */
    const ends = ['pointerup', 'pointercancel', 'lostpointercapture'];
    for (const type of ends) {
      canvas.addEventListener(type, (event) => this.#end(event));
    }
    for (const change of ['extended', 'replaced']) {
      drawing.addEventListener(change, () => this.#request());
    }
    new ResizeObserver(() => this.#request()).observe(canvas);
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.#draw(event);
  }

  /**
   * A stroke that begins beside the sheet goes on where it reaches it. A finger that went down
   * elsewhere scrolls, and never enters.
   * @param {PointerEvent} event
   */
  #enter(event) {
    if ((event.buttons & 1) === 0) return;
    window.getSelection()?.removeAllRanges();  // text that the way here selected
    this.#draw(event);
  }

  /** @param {PointerEvent} event */
  #draw(event) {
    if (this.#pointer !== null) return;
    this.#pointer = event.pointerId;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#drawing.begin(this.#place(event));
  }

  /** @param {PointerEvent} event */
  #extend(event) {
    if (event.pointerId !== this.#pointer) return;
    // A browser tells of a move once a frame; where the pointer was in between is kept in here.
    const events = event.getCoalescedEvents?.() ?? [];
    this.#drawing.extend((events.length > 0 ? events : [event]).map((one) => this.#place(one)));
  }

  /** @param {PointerEvent} event */
  #end(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.#drawing.end();
  }

  /** @param {PointerEvent} event @returns {import('./drawing.js').Point} */
  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * kSheetSize,
      y: ((event.clientY - box.top) / box.height) * kSheetSize,
    };
  }

  /** However many changes: one painting a frame. */
  #request() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  #paint() {
    const side = Math.round(this.#canvas.clientWidth * window.devicePixelRatio);
    if (this.#canvas.width !== side || this.#canvas.height !== side) {
      this.#canvas.width = side;
      this.#canvas.height = side;
    }
    const context = this.#context;
    const scale = side / kSheetSize;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, side, side);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const { color } = getComputedStyle(this.#canvas);
    context.fillStyle = color;
    context.strokeStyle = color;
    paint(context, this.#drawing.strokes);
  }
}
