/** A minute in which a decision can be taken back: a bar that counts down. */

import { clock } from "./words.js";

const bar = document.getElementById("undo-bar");
const button = bar.querySelector("[data-undo]");
const left = bar.querySelector("[data-undo-left]");
let timer = 0;
let until = 0;
let act = null;

function tick() {
  const seconds = Math.ceil((until - performance.now()) / 1000);
  if (seconds <= 0) hideUndo();
  else left.textContent = clock(seconds);
}

/** Offer for so many seconds to take back what `word` tells. */
export function offerUndo(word, seconds, undo) {
  hideUndo();
  if (seconds <= 0) return;
  until = performance.now() + seconds * 1000;
  act = undo;
  bar.hidden = false;
  bar.querySelector("[data-undo-word]").textContent = word;
  tick();
  timer = setInterval(tick, 1000);
}

/** It is over, or done. */
function hideUndo() {
  clearInterval(timer);
  act = null;
  bar.hidden = true;
}

/** Take it back, if that is still offered. */
export async function undoNow() {
  const wanted = act;
  if (!wanted) return;
  hideUndo();
  await wanted();
}

button.addEventListener("click", undoNow);
