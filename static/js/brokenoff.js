/** A film that has broken off: it is tried again by itself, ever more seldom, and after some tries a person is told. */

import { say } from "./tell.js";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** So many tries fail without a word; the film may well go on from what it has. */
const IN_SILENCE = 2;
const BETWEEN_CLICKS_MS = 2_000;

/**
 * Watch over the film in a screen. `waits` tells whether it stands with nothing left to show; `again` makes one try, and
 * rejects when that is known to have failed at once. Returns `brokeOff`, to be called when the film or a try has failed;
 * `goesOn`, when something has arrived; `tell`, when it has come to stand; and `stop`.
 */
export function watchOver(screen, waits, again) {
  const notice = screen.querySelector(".broken-off");
  const button = notice.querySelector("button");
  let failures = 0;
  let timer = 0;
  let stopped = false;

  function brokeOff() {
    if (timer || stopped) return; // pictures and sound break off one after the other
    failures += 1;
    tell();
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
    timer = setTimeout(attempt, pause * (0.75 + Math.random() / 4));
  }

  function attempt() {
    clearTimeout(timer);
    timer = 0;
    again().catch(brokeOff);
  }

  /** Told is only what a person notices. */
  function tell() {
    if (failures <= IN_SILENCE || !notice.hidden || !waits()) return;
    notice.hidden = false;
    say(notice.querySelector("p").textContent);
  }

  function goesOn() {
    clearTimeout(timer);
    timer = failures = 0;
    if (notice.hidden) return;
    const focused = notice.contains(document.activeElement);
    notice.hidden = true;
    if (focused) screen.querySelector(".shaka-controls-button-panel button")?.focus();
  }

  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true"); // for a moment; disabled for real, it would lose the focus
    setTimeout(() => button.removeAttribute("aria-disabled"), BETWEEN_CLICKS_MS);
    attempt();
  });
  const online = () => failures && attempt();
  addEventListener("online", online);
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    removeEventListener("online", online);
  };
  return { brokeOff, goesOn, tell, stop };
}
