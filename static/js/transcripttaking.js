/** What is made of a transcript: captions for the player. Files are plain links. */

import { call } from "./http.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

/** Start the dialog; `language()` is that of the transcript. */
export function startTaking(pane, { address, language }) {
  const form = document.querySelector("[data-make-captions]");
  const button = form?.querySelector(".button.main");
  const word = form?.querySelector(".wrong-word");
  let over = false;

  function reset() {
    over = false;
    word.hidden = true;
    button.querySelector("span").textContent = button.dataset.was ??= button.textContent.trim();
  }

  pane.addEventListener("click", (event) => {
    if (!form || !event.target.closest('[data-opens="transcript-take"]')) return;
    reset();
    form.elements.language.value ||= language();
  });
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    word.hidden = true;
    try {
      await call("POST", `${address}/captions`, { language: form.elements.language.value.trim(), label: form.elements.label.value.trim(), over });
      form.closest("dialog").close();
      toast(t("transcript.captionsMade"));
      document.dispatchEvent(new CustomEvent("portal:captions"));
    } catch (problem) {
      word.hidden = false;
      word.textContent = problem.errors?.[0]?.detail || problem.message || t("noAnswer");
      over = problem.code === "captions_edited";
      if (over) button.querySelector("span").textContent = t("transcript.writeOver");
    } finally {
      button.disabled = false;
    }
  });
  form?.addEventListener("input", reset);
}
