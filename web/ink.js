// @ts-check
// Strokes as ink: the one way of painting them, for the eye and for the network alike.
import { kPenWidth, kSheetSize } from './drawing.js';
import { framing } from './framing.js';

/** @typedef {import('./drawing.js').Stroke} Stroke */

/**
 * Paints onto a context whose unit is that of the sheet, in the context's own colors.
 * @param {CanvasRenderingContext2D} context
 * @param {readonly Stroke[]} strokes
 * @param {number} penWidth
 */
export function paint(context, strokes, penWidth = kPenWidth) {
  context.lineWidth = penWidth;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const stroke of strokes) {
    if (stroke.length === 1) {
      paintDot(context, stroke, penWidth);
    } else {
      paintLine(context, stroke);
    }
  }
}

/** @param {CanvasRenderingContext2D} context @param {Stroke} stroke @param {number} penWidth */
function paintDot(context, [{ x, y }], penWidth) {
  context.beginPath();
  context.arc(x, y, penWidth / 2, 0, 2 * Math.PI);
  context.fill();
}

/**
 * Curves that bend at the points and meet halfway between them, so that a fast hand leaves no
 * corners.
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke} stroke
 */
function paintLine(context, stroke) {
  const last = stroke[stroke.length - 1];
  context.beginPath();
  context.moveTo(stroke[0].x, stroke[0].y);
  for (let i = 1; i < stroke.length - 1; ++i) {
    const { x, y } = stroke[i];
    context.quadraticCurveTo(x, y, (x + stroke[i + 1].x) / 2, (y + stroke[i + 1].y) / 2);
  }
  context.lineTo(last.x, last.y);
  context.stroke();
}

/**
 * The drawing as a PNG, black on white, of as many pixels as the sheet has units. A small drawing
 * is enlarged, and drawn with a finer pen.
 * @param {readonly Stroke[]} strokes
 * @returns {Promise<Blob>}
 */
export function toPng(strokes) {
  const canvas = document.createElement('canvas');
  canvas.width = kSheetSize;
  canvas.height = kSheetSize;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.fillStyle = '#fff';
  context.fillRect(0, 0, kSheetSize, kSheetSize);
  context.fillStyle = '#000';
  const { scale, left, top, penWidth } = framing(strokes);
  context.setTransform(scale, 0, 0, scale, left, top);
  paint(context, strokes, penWidth);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error('the browser made no PNG of the drawing'));
    }, 'image/png');
  });
}
