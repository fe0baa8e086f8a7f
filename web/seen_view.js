// @ts-check
// The picture that the network saw, as ink on whatever paper the style gives it; the style also
// enlarges it, without smoothing.

const kFor = [30, 90, 235];
const kAgainst = [225, 60, 0];

/** Black for 0; the color of what spoke for or against, the stronger the more it did. */
function inkColor(/** @type {number} */ share) {
  return (share > 0 ? kFor : kAgainst).map((part) => part * Math.sqrt(Math.abs(share)));
}

export class SeenView {
  #context;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  }

  /**
   * @param {Uint8Array} seen a square, row by row: 0 background, 255 ink
   * @param {Int8Array | null} saliency colors the ink: kFor what spoke for the answer, kAgainst
   *   what spoke against it
   */
  show(seen, saliency) {
    const side = Math.sqrt(seen.length);
    const { canvas } = this.#context;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const image = this.#context.createImageData(side, side);
    seen.forEach((ink, i) => {
      image.data.set([...inkColor(saliency ? saliency[i] / 127 : 0), ink], 4 * i);
    });
    this.#context.putImageData(image, 0, 0);
  }

  clear() {
    const { canvas } = this.#context;
    this.#context.clearRect(0, 0, canvas.width, canvas.height);
  }
}
