// @ts-check
// The page: brings the drawing, the predictor and what is shown together.
import { recognize } from './api.js';
import { Bars, confidenceText } from './bars.js';
import { CanvasView } from './canvas_view.js';
import { Drawing } from './drawing.js';
import { Correction } from './feedback.js';
import { toPng } from './ink.js';
import { Predictor } from './predictor.js';
import { SeenView } from './seen_view.js';

/** @template {HTMLElement} T @param {string} id @param {new () => T} type @returns {T} */
function byId(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} '${id}'`);
  return found;
}

const digit = byId('digit', HTMLElement);
const confidence = byId('confidence', HTMLElement);
const announcement = byId('announcement', HTMLElement);
const status = byId('status', HTMLElement);
const caption = byId('seen-caption', HTMLElement);
const why = byId('why', HTMLButtonElement);
const bars = new Bars(byId('bars', HTMLElement));
const seen = new SeenView(byId('seen', HTMLCanvasElement));

const kSeen = 'What the network saw';
const kExplained = 'Blue spoke for it, red against it';

const drawing = new Drawing();
new CanvasView(byId('canvas', HTMLCanvasElement), drawing);

/** The drawing as it is now; null when it is empty. */
const picture = async () => (drawing.isEmpty ? null : toPng(drawing.strokes));

const correction = new Correction(byId('correction', HTMLDetailsElement), picture);
correction.offer();

const predictor = new Predictor({
  picture,
  recognize: (drawn) => recognize(drawn, fetch, explains()),
  show,
});

/** Whether the answers are to say which ink spoke for them. */
function explains() {
  return why.getAttribute('aria-pressed') === 'true';
}

/** @param {import('./predictor.js').Reading} reading */
function show(reading) {
  const outdated = reading.kind === 'away' || reading.kind === 'slow';
  document.body.classList.toggle('outdated', outdated);
  status.replaceChildren(...notice(reading));
  if (reading.kind === 'answer') showAnswer(reading.answer, reading.latest && !drawing.isOpen);
  else if (!outdated) showNothing();
}

/** @param {import('./predictor.js').Reading} reading @returns {(string | Node)[]} */
function notice(reading) {
  if (reading.kind === 'away') {
    return reading.signedOut
      ? ['Your session has ended. ', signInLink(), ' in another tab: the drawing stays.']
      : ['The server does not answer. Trying again…'];
  }
  if (reading.kind === 'slow') return ['Waiting for the server…'];
  return reading.kind === 'refused' ? [reading.message] : [];
}

function signInLink() {
  const link = document.createElement('a');
  link.href = 'signin';
  link.target = '_blank';
  link.textContent = 'Sign in';
  return link;
}

/** @param {import('./api.js').Answer} answer @param {boolean} final while drawing, it is not */
function showAnswer(answer, final) {
  const name = answer.classes[answer.best];
  digit.textContent = name;
  digit.classList.toggle('word', name.length > 2);
  document.body.classList.toggle('doubtful', answer.doubt !== '');
  confidence.textContent = answer.doubt || confidenceText(answer.confidence);
  bars.show(answer);
  seen.show(answer.seen, answer.saliency);
  correction.show(answer);
  caption.textContent = answer.saliency ? kExplained : kSeen;
  const spoken = answer.doubt || `${name}, ${confidence.textContent}`;
  if (final) announcement.textContent = spoken;
}

function showNothing() {
  document.body.classList.remove('doubtful');
  for (const element of [digit, confidence, announcement]) element.textContent = '';
  caption.textContent = kSeen;
  bars.clear();
  correction.clear();
  seen.clear();
}

function showInvitation() {
  document.body.classList.toggle('has-ink', !drawing.isEmpty);
}

drawing.addEventListener('extended', () => {
  showInvitation();
  predictor.extended();
});
drawing.addEventListener('replaced', () => {
  showInvitation();
  if (drawing.isEmpty) showNothing();  // at once, also while the server is away
  predictor.replaced();
});

byId('redo', HTMLButtonElement).addEventListener('click', () => drawing.redo());
byId('undo', HTMLButtonElement).addEventListener('click', () => drawing.undo());
byId('clear', HTMLButtonElement).addEventListener('click', () => drawing.clear());

why.addEventListener('click', () => {
  why.setAttribute('aria-pressed', String(!explains()));
  predictor.extended();  // the same drawing, another question
});

document.addEventListener('keydown', (event) => {
  const command = (event.ctrlKey || event.metaKey) && !event.altKey;
  const key = event.key.toLowerCase();
  if (command && (key === 'y' || (key === 'z' && event.shiftKey))) {
    event.preventDefault();
    drawing.redo();
  } else if (command && key === 'z') {
    event.preventDefault();
    drawing.undo();
  } else if (event.key === 'Delete' || event.key === 'Escape') {
    drawing.clear();
  }
});
