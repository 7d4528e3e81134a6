/** The pages of those who only watch, by a share link or in a frame of another site: a player, and nothing beside it. */

import "./copying.js";
import { letter, singleKeys } from "./keys.js";
import { startPicture } from "./picture.js";
import { startPlayer } from "./player.js";
import { startSound } from "./sound.js";

/** Nobody tells these pages that something was taken back: they ask while they play. */
const ASK_MS = 12_000;
const starters = { video: startPlayer, audio: startSound, image: startPicture };
const stage = document.getElementById("stage");
const begun = starters[stage?.dataset.mode]?.(stage);

if (begun?.check) {
  setInterval(() => document.visibilityState === "visible" && begun.check(), ASK_MS);
}

// The sheet of keys, where a page has no frame that opens it.
const sheet = document.getElementById("keys");
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || sheet?.open || !singleKeys()) return;
  if (letter(event) === "?") sheet?.showModal();
});
sheet?.addEventListener("click", ({ target }) => (target === sheet || target.closest("[data-closes]")) && sheet.close());
