// @ts-check
// How a drawing is brought into the picture that is sent: small ones larger, and with a finer pen,
// which on the sheet would fill their loops.
import { kPenWidth, kSheetSize } from './drawing.js';

/** @typedef {import('./drawing.js').Stroke} Stroke */

/**
 * The picture shows sheet point (x, y) at (scale · x + left, scale · y + top), drawn with a pen of
 * penWidth, which is in units of the sheet, too.
 * @typedef {{ scale: number, left: number, top: number, penWidth: number }} Framing
 */

/** The pen of MNIST's writers, as a share of a digit's longer side. */
const kPenShare = 0.1;

/** A smaller drawing is enlarged until its longer side is this. */
const kFramedSize = 0.7 * kSheetSize;

/** @param {readonly Stroke[]} strokes none of them empty @returns {Framing} */
export function framing(strokes) {
  const points = strokes.flat();
  const side = (/** @type {'x' | 'y'} */ axis) => {
    const places = points.map((point) => point[axis]);
    // Not by Math.min(...places), whose arguments a long drawing may exceed.
    const first = places.reduce((a, b) => Math.min(a, b));
    const last = places.reduce((a, b) => Math.max(a, b));
    return { middle: (first + last) / 2, size: last - first };
  };
  const x = side('x');
  const y = side('y');
  const longer = Math.max(x.size, y.size);
  // No larger than the pen that drew it: a dot, for the eye as well.
  if (longer <= kPenWidth || longer >= kFramedSize) {
    return { scale: 1, left: 0, top: 0, penWidth: kPenWidth };
  }
  const scale = kFramedSize / longer;
  return {
    scale,
    left: kSheetSize / 2 - scale * x.middle,
    top: kSheetSize / 2 - scale * y.middle,
    penWidth: Math.min(kPenWidth, kPenShare * longer),
  };
}
