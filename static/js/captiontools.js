/** What is done to all cues of a track at once: moved in time, searched, reworded. */

import { found, replaced, secondsOf, shifted } from "./captioncues.js";
import { t } from "./words.js";

/**
 * Start the tools of a pane. `cues` and `active` tell how the track stands, `show` opens a cue, `change(word, cues)`
 * takes a new list and offers the way back.
 */
export function startTools(pane, { cues, active, show, change }) {
  const part = (selector) => pane.querySelector(selector);
  for (const button of pane.querySelectorAll("[data-tool]")) {
    button.addEventListener("click", () => {
      const tool = part(`#${button.getAttribute("aria-controls")}`);
      tool.hidden = !tool.hidden;
      button.setAttribute("aria-expanded", String(!tool.hidden));
      if (!tool.hidden) tool.querySelector("input").focus();
    });
  }
  part("[data-shift]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const by = secondsOf(part("[name=by]").value);
    const next = by === null ? null : shifted(cues(), by);
    const word = part("[data-shift] .wrong-word");
    word.hidden = Boolean(next);
    word.textContent = next ? "" : t(by === null ? "captions.noSeconds" : "captions.tooEarly");
    if (next && by) change("captions.wasShifted", next);
  });
  part("[data-replace]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = part("[name=find]").value;
    const place = words ? found(cues(), words, active()) : -1;
    part("[data-found]").textContent = words && place < 0 ? t("captions.notFound") : "";
    if (place >= 0) show(cues()[place]);
  });
  part("[data-replace-all]")?.addEventListener("click", () => {
    const words = part("[name=find]").value;
    if (!words) return;
    const { cues: next, count } = replaced(cues(), words, part("[name=replace]").value);
    part("[data-found]").textContent = t("captions.replaced", { n: count });
    if (count) change("captions.wasReplaced", next);
  });
}
