// Digits as a hand writes them, a pen's way for each stroke, in a square from (0, 0) top left to
// (1, 1). Round parts are arcs, sampled as a pointer would be.

/** @typedef {[number, number]} Point */

/**
 * Part of an ellipse. Angles in degrees, clockwise on the screen, 0 to the right.
 * @returns {Point[]}
 */
function arc(x, y, radiusX, radiusY, from, to) {
  const steps = Math.max(2, Math.ceil(Math.abs(to - from) / 12));
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 180;
    return [x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle)];
  });
}

/** @type {Record<string, Point[][]>} */
export const kStrokes = {
  0: [arc(0.5, 0.5, 0.2, 0.3, -80, 280)],
  1: [[[0.53, 0.2], [0.52, 0.35], [0.5, 0.5], [0.49, 0.65], [0.47, 0.8]]],
  2: [[...arc(0.49, 0.36, 0.17, 0.16, 195, 390), [0.54, 0.58], [0.42, 0.7], [0.31, 0.79],
       [0.45, 0.78], [0.58, 0.78], [0.72, 0.79]]],
  3: [[...arc(0.46, 0.35, 0.17, 0.15, 200, 430), ...arc(0.46, 0.65, 0.19, 0.16, 285, 515)]],
  4: [[[0.36, 0.2], [0.34, 0.35], [0.31, 0.5], [0.42, 0.52], [0.56, 0.51], [0.7, 0.5]],
      [[0.63, 0.2], [0.61, 0.4], [0.59, 0.6], [0.57, 0.82]]],
  5: [[[0.66, 0.21], [0.53, 0.21], [0.4, 0.22], [0.38, 0.34], [0.36, 0.46],
       ...arc(0.47, 0.61, 0.19, 0.18, 235, 510)]],
  6: [[[0.6, 0.18], [0.5, 0.28], [0.41, 0.42], [0.36, 0.56],
       ...arc(0.5, 0.65, 0.15, 0.16, 190, -160)]],
  7: [[[0.3, 0.23], [0.42, 0.24], [0.56, 0.23], [0.69, 0.23], [0.61, 0.38], [0.54, 0.53],
       [0.48, 0.67], [0.44, 0.81]]],
  8: [[...arc(0.5, 0.35, 0.14, 0.15, -40, -260), ...arc(0.5, 0.66, 0.16, 0.16, -80, 250),
       [0.55, 0.49], [0.61, 0.4], [0.62, 0.3]]],
  9: [[...arc(0.49, 0.37, 0.16, 0.16, -20, -350), [0.64, 0.44], [0.62, 0.58], [0.58, 0.7],
       [0.54, 0.82]]],
};
