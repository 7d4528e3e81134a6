/** The page of a share link, or of what is public: it plays, and stops when it may not any more. */

import { startPicture } from "./picture.js";
import { startPlayer } from "./player.js";
import { startSound } from "./sound.js";
import { followStanding } from "./standing.js";

const stage = document.getElementById("stage");
const starters = { video: startPlayer, audio: startSound, image: startPicture };
starters[stage.dataset.mode]?.(stage);

// The server says what there is instead.
const anew = () => location.reload();
followStanding(stage, { ended: anew, changed: anew });
