// Pictures of the page for the documentation: node screenshots.mjs FOLDER, with INKLING_SERVER and
// INKLING_MODEL set as for the tests.
import path from 'node:path';

import { drawByMouse, launchBrowser, openPage, waitForFinalDigit } from './browser.mjs';
import { startServer } from './server.mjs';
import { kStrokes } from './strokes.mjs';

const kPictures = [
  { name: 'page.png', colorScheme: 'light' },
  { name: 'page-dark.png', colorScheme: 'dark' },
];
const kDigit = '2';

const [folder] = process.argv.slice(2);
const { INKLING_SERVER: binary, INKLING_MODEL: model } = process.env;
if (!folder || !binary || !model) {
  console.error('expected a folder, and INKLING_SERVER and INKLING_MODEL in the environment');
  process.exit(2);
}

const server = await startServer({ binary, model });
const browser = await launchBrowser();
try {
  for (const { name, colorScheme } of kPictures) {
    const { page, close } = await openPage(browser, server.page, {
      colorScheme,
      deviceScaleFactor: 2,
      reducedMotion: 'reduce',
      viewport: { width: 1120, height: 700 },
    });
    await drawByMouse(page, kStrokes[kDigit]);
    await waitForFinalDigit(page, kDigit);
    await page.mouse.move(0, 0);
    await page.screenshot({ path: path.join(folder, name) });
    await close();
  }
} finally {
  await browser.close();
  await server.stop();
}
