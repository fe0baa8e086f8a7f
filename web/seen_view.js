// @ts-check
// The 28×28 that the network saw, as ink on whatever paper the style gives it; the style also
// enlarges it, without smoothing.
import { kSeenSize } from './api.js';

export class SeenView {
  #context;

  /** @param {HTMLCanvasElement} canvas of kSeenSize × kSeenSize */
  constructor(canvas) {
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  }

  /** @param {Uint8Array} seen 0 background, 255 ink */
  show(seen) {
    const image = this.#context.createImageData(kSeenSize, kSeenSize);
    seen.forEach((ink, i) => { image.data[4 * i + 3] = ink; });  // black, as opaque as its ink
    this.#context.putImageData(image, 0, 0);
  }

  clear() {
    this.#context.clearRect(0, 0, kSeenSize, kSeenSize);
  }
}
