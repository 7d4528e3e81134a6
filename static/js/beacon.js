/**
 * What is watched, counted without who watches: the page makes up a session, reports what was played in it, and forgets
 * it when it goes. Nothing is reported where the browser asks not to be tracked, or before somebody who is to be asked
 * has agreed.
 */

import { csrf } from "./http.js";
import { remember, remembered } from "./memory.js";

const EVERY_MS = 10_000;
const KEPT = "portal.views";
const MOST_SPANS = 60;
/** Between two of the media's own ticks; what is further apart was not played. */
const TICK_SECONDS = 1.5;
/** Shorter than any tick: the remains of a jump. */
const LEAST_SECONDS = 0.05;

const declined = () => navigator.doNotTrack === "1" || navigator.globalPrivacyControl === true;
const session = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Report what a stage plays, and return `quality` and `error`, which count one each, and `stop`. */
export function countViews(stage, media) {
  const wish = declined() ? "off" : stage.dataset.views;
  const left = new AbortController();
  const on = { signal: left.signal };
  const told = { session: session(), seq: 0, spans: [], qualities: 0, errors: 0, rate: 1 };
  let now = null;

  const agreed = () => wish === "on" || (wish === "consent" && remembered(KEPT) === "yes");

  /** What is played is known by the ticks of the media: each goes on with the last one, or begins anew. */
  function tick() {
    if (media.seeking || media.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    const at = media.currentTime;
    told.rate = Math.max(told.rate, media.playbackRate);
    if (now && at >= now.end && at - now.end <= TICK_SECONDS * Math.max(1, media.playbackRate)) now.end = at;
    else begin(at);
  }
  function begin(at) {
    close();
    now = { start: at, end: at };
  }
  function close() {
    if (agreed() && now && now.end - now.start > LEAST_SECONDS) told.spans.push([now.start, now.end]);
    now = null;
  }

  function report() {
    if (!agreed() || !told.seq) return;
    const at = now?.end;
    close();
    if (at !== undefined) now = { start: at, end: at };
    if (told.spans.length || told.qualities || told.errors) send();
  }

  function send() {
    told.seq += 1;
    const body = JSON.stringify({
      asset_id: stage.dataset.asset,
      share: stage.dataset.share || null,
      session: told.session,
      seq: told.seq,
      rate: Math.min(16, Math.max(0.1, told.rate)),
      played: told.spans.slice(-MOST_SPANS).map((span) => span.map((second) => Number(second.toFixed(2)))),
      quality_changes: told.qualities,
      errors: told.errors,
      consent: wish === "consent",
    });
    Object.assign(told, { spans: [], qualities: 0, errors: 0, rate: media.playbackRate || 1 });
    // `keepalive` lets a report leave with the page; one that is lost is not worth another try.
    fetch(stage.dataset.beacon, {
      method: "POST",
      keepalive: true,
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
      body,
    }).catch(() => {});
  }

  function started() {
    if (media.seeking) return;
    if (!now) begin(media.currentTime);
    if (wish === "consent" && remembered(KEPT) === null) ask();
    if (agreed() && !told.seq) send();
  }

  /** Asked once on this device, while the film plays on. */
  function ask() {
    const question = stage.querySelector(".views-ask");
    if (!question) return;
    question.hidden = false;
    for (const button of question.querySelectorAll("button")) {
      button.addEventListener("click", () => {
        close(); // what was played before the answer is nobody's
        remember(KEPT, button.value);
        question.hidden = true;
        if (!agreed()) return;
        if (!media.paused) begin(media.currentTime);
        if (!told.seq) send();
      }, on);
    }
  }

  if (wish === "on" || wish === "consent") {
    media.addEventListener("playing", started, on);
    media.addEventListener("timeupdate", () => !media.paused && tick(), on);
    media.addEventListener("seeking", close, on);
    media.addEventListener("seeked", () => !media.paused && begin(media.currentTime), on);
    for (const name of ["pause", "ended"]) media.addEventListener(name, () => { if (!media.seeking) { tick(); close(); } }, on);
    addEventListener("pagehide", report, on);
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && report(), on);
  }
  const timer = setInterval(report, EVERY_MS);
  return {
    quality: () => { told.qualities += 1; },
    error: () => { told.errors += 1; },
    stop: () => {
      report();
      clearInterval(timer);
      left.abort();
    },
  };
}
