/** The player in a frame of another site, and nothing beside it. */

import "./copying.js";
import { letter, singleKeys } from "./keys.js";
import { startPicture } from "./picture.js";
import { startPlayer } from "./player.js";
import { startSound } from "./sound.js";
import { followStanding } from "./standing.js";

const starters = { video: startPlayer, audio: startSound, image: startPicture };
const stage = document.getElementById("stage");
const begun = starters[stage?.dataset.mode]?.(stage);

// The player says why it stops; of a picture the server says what there is instead.
const anew = () => location.reload();
if (stage) followStanding(stage, { ended: begun?.end ?? anew, changed: begun?.end ? () => begun.check() : anew });

// The sheet of keys, where a page has no frame that opens it.
const sheet = document.getElementById("keys");
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || sheet?.open || !singleKeys()) return;
  if (letter(event) === "?") sheet?.showModal();
});
sheet?.addEventListener("click", ({ target }) => (target === sheet || target.closest("[data-closes]")) && sheet.close());
