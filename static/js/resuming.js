/** Where a person left off: kept while they watch, and offered when they come back. */

import { call } from "./http.js";
import { clock } from "./words.js";

const EVERY_MS = 10_000;
const MOVED_SECONDS = 1;

/**
 * Keep the second of a stage's film for whoever is signed in, and offer `resumeAt` (seconds, or null). `seek` goes to a
 * second. Returns what ends it.
 */
export function resuming(stage, media, { resumeAt, seek }) {
  const address = stage.dataset.position;
  const offer = stage.querySelector(".resume");
  const left = new AbortController();
  const on = { signal: left.signal };
  let begun = false;
  let kept = null;

  /** Nothing is kept before something was played: opening a page is not watching. */
  function keep({ keepalive = false } = {}) {
    const second = media.ended ? media.duration : media.currentTime;
    if (!address || !begun || !Number.isFinite(second) || (kept !== null && Math.abs(second - kept) < MOVED_SECONDS)) return;
    kept = second;
    // What is not kept now is with the next turn.
    call("PUT", address, { seconds: Number(second.toFixed(3)) }, { keepalive }).catch(() => { kept = null; });
  }

  function decided() {
    if (offer) offer.hidden = true;
  }

  function show() {
    if (!offer || resumeAt === null || resumeAt === undefined) return;
    offer.querySelector("[data-second]").textContent = clock(resumeAt);
    offer.hidden = false;
    offer.querySelector("[data-resume]").addEventListener("click", () => { decided(); seek(resumeAt); media.play().catch(() => {}); }, on);
    offer.querySelector("[data-restart]").addEventListener("click", () => { decided(); seek(0); media.play().catch(() => {}); }, on);
  }

  media.addEventListener("playing", () => { begun = true; decided(); }, on);
  let timer = 0;
  if (address) {
    for (const name of ["pause", "ended"]) media.addEventListener(name, () => keep(), on);
    timer = setInterval(() => !media.paused && keep(), EVERY_MS);
    // A page that is hidden may never come back; one that goes has no time for an answer.
    const goes = () => keep({ keepalive: true });
    addEventListener("pagehide", goes, on);
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && goes(), on);
  }
  show();
  return () => {
    keep({ keepalive: true });
    clearInterval(timer);
    left.abort();
    decided();
  };
}
