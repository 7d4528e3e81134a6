/** How much there is of a film that is still being made. */

import { clock, t } from "./words.js";

const EVERY_MS = 500;

/** Say in a stage how much of `whole` seconds `made()` tells to be there, until the returned function is called. */
export function tellGrowth(stage, whole, made) {
  const tell = () => {
    const word = stage.querySelector(".growing-word [data-made]");
    const there = Math.min(whole, made());
    if (word && there > 0) word.textContent = t("growing.made", { made: clock(there), whole: clock(whole) });
  };
  const timer = setInterval(tell, EVERY_MS);
  tell();
  return () => clearInterval(timer);
}
