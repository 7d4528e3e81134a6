/** Whether the pages of those who only watch may still show what they show: nobody tells them, so they ask, as seldom as will do. */

import { Problem, parse } from "./http.js";

/** While something plays: what is taken back stops within five seconds, and the page says so about as soon. */
const PLAYING_MS = 4_000;
/** While nothing plays it is asked ever more seldom, until a person does something. */
const LONGEST_MS = 60_000;
const ANSWER_WITHIN_MS = 10_000;
const OVER = new Set([401, 403, 404, 410]);

/** What a stage plays, once its player has begun; null for a picture. */
const mediaOf = (stage) => stage.querySelector("video") ?? stage.querySelector("[data-sound]")?.media ?? null;

/**
 * Ask for a stage whether it may still be shown, until it may not: then `ended` hears why (a `Problem`). `changed` is called when what may be
 * done with it is another matter now. A page that is neither seen nor heard asks nothing, and at once when it is seen again.
 */
export function followStanding(stage, { ended, changed }) {
  const media = mediaOf(stage);
  let version = null;
  let pause = PLAYING_MS;
  let asked = 0;
  let timer = 0;
  let over = false;

  const plays = () => Boolean(media && !media.paused && !media.ended);
  const rests = () => document.hidden && !plays();

  async function ask() {
    clearTimeout(timer);
    if (over || rests()) return;
    asked = Date.now();
    timer = setTimeout(ask, plays() ? PLAYING_MS : pause);
    pause = Math.min(LONGEST_MS, pause * 2);
    let answer;
    try {
      answer = await fetch(stage.dataset.standing, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    } catch {
      return; // the connection is gone; the player says so, and the next round tries again
    }
    if (!over) await hear(answer);
  }

  async function hear(answer) {
    const found = answer.headers.get("ETag");
    if (OVER.has(answer.status)) {
      over = true;
      clearTimeout(timer);
      ended(new Problem(parse(await answer.text().catch(() => "")) ?? {}, answer.status));
    } else if (answer.ok) {
      if (version && found !== version) changed();
      version = found;
    }
  }

  /** A person is here, or something plays: ask as often again, and at once when the last answer is no longer new. */
  function wake() {
    if (over || rests()) return;
    pause = PLAYING_MS;
    const left = asked + PLAYING_MS - Date.now();
    clearTimeout(timer);
    if (left <= 0) ask();
    else timer = setTimeout(ask, left);
  }

  for (const name of ["visibilitychange", "pointerdown", "keydown"]) document.addEventListener(name, wake);
  media?.addEventListener("play", wake);
  ask();
}
