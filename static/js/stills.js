/** The row of stills beneath a film: each leads to its second. */

import { markPresent } from "./present.js";

/** Bind the stills of a stage to a film; returns `bind`, for when the row has been replaced, and `stop`. */
export function stillsOf(stage, media, seek) {
  let places = [];
  const present = markPresent(media, () => places);

  function bind() {
    places = [...stage.querySelectorAll(".stills [data-seek]")].map((button) => ({ second: Number(button.dataset.seek), button }));
    for (const { second, button } of places) button.onclick = () => seek(second);
    present.mark();
  }

  bind();
  return { bind, stop: present.stop };
}
