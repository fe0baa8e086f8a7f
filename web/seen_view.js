// @ts-check
// The picture that the network saw, as ink on whatever paper the style gives it; the style also
// enlarges it, without smoothing.

export class SeenView {
  #context;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  }

  /** @param {Uint8Array} seen a square, row by row: 0 background, 255 ink */
  show(seen) {
    const side = Math.sqrt(seen.length);
    const { canvas } = this.#context;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const image = this.#context.createImageData(side, side);
    seen.forEach((ink, i) => { image.data[4 * i + 3] = ink; });  // black, as opaque as its ink
    this.#context.putImageData(image, 0, 0);
  }

  clear() {
    const { canvas } = this.#context;
    this.#context.clearRect(0, 0, canvas.width, canvas.height);
  }
}
