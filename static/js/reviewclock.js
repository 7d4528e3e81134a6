/** How long a case may wait, told anew as time goes by. */

import { roughly, t } from "./words.js";

const EVERY_MS = 20_000;

/** Start the clock of a case; returns what stops it. */
export function startClock(root) {
  const line = root.querySelector("[data-due]");
  const word = line.querySelector("[data-due-word]");
  const due = Date.parse(line.dataset.due);
  function tell() {
    const left = (due - Date.now()) / 1000;
    line.toggleAttribute("data-late", left < 0);
    word.textContent = t(left < 0 ? "review.overdue" : "review.left", { time: roughly(Math.abs(left)) });
  }
  tell();
  const timer = setInterval(tell, EVERY_MS);
  return () => clearInterval(timer);
}
