/** The page of a share link, or of what is public: it plays, and stops when it may not any more. */

import { startPicture } from "./picture.js";
import { startPlayer } from "./player.js";
import { startSound } from "./sound.js";

const page = document.querySelector("[data-shared]");
const stage = document.getElementById("stage");

const starters = { video: startPlayer, audio: startSound, image: startPicture };
starters[stage.dataset.mode]?.(stage);

/** What is taken back stops within five seconds; the page says so about as soon. */
const ASK_MS = 4_000;
const LONGEST_MS = 10_000;
let version = null;

/** Ask whether this may still be shown; when not, or when it changed, the server says what there is instead. */
async function ask() {
  let answer;
  try {
    answer = await fetch(page.dataset.standing, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(LONGEST_MS) });
  } catch {
    return; // the connection is gone; the player says so, and the next round tries again
  }
  const found = answer.headers.get("ETag");
  if ([403, 404, 410].includes(answer.status) || (answer.ok && version && found !== version)) location.reload();
  else if (answer.ok) version ??= found;
}

setInterval(ask, ASK_MS);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) ask();
});
ask();
