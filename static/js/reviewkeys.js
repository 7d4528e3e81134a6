/** The keys of the page of a case; those of the player act beside them. They never act while somebody writes. */

import { WRITING, letter, singleKeys } from "./keys.js";

/** Let single keys act: `acts` by their letters, `hold` hears whether the key that uncovers is held. */
export function reviewKeys({ acts, hold }) {
  const isFree = (event) => !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey
    && singleKeys() && !event.target.closest?.(WRITING) && !document.querySelector("dialog[open]");

  const uncovers = (event) => letter(event).toLowerCase() === "v";

  document.addEventListener("keydown", (event) => {
    if (!isFree(event)) return;
    const key = letter(event);
    if (uncovers(event)) {
      event.preventDefault();
      if (!event.repeat) hold(true);
      return;
    }
    if (!Object.hasOwn(acts, key)) return;
    event.preventDefault();
    if (!event.repeat) acts[key]();
  });
  document.addEventListener("keyup", (event) => uncovers(event) && hold(false));
}
