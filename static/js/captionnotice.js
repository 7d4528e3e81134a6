/** Words over the list of cues, with what may be done about them. */

import { t } from "./words.js";

/** The notice in `place`: `remark` shows a sentence and choices, each a word and what it does; `hush` takes it away. */
export function startNotice(place) {
  function remark(text, choices = []) {
    place.hidden = false;
    place.querySelector("p").textContent = text;
    place.querySelector(".acts").replaceChildren(...choices.map(([word, choose]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button edge slim", textContent: word });
      button.addEventListener("click", () => {
        hush();
        choose();
      });
      return button;
    }));
  }

  function hush() {
    place.hidden = true;
  }

  /** Say what went wrong; what names no place in the track may be tried again. */
  const complain = (problem, again) => remark(problem.message || t("noAnswer"), problem.errors?.length ? [] : [[t("captions.again"), again]]);

  return { complain, hush, remark };
}
