/** Forms in dialogs that are sent to the API: one way to wait for the answer, and to say what was not taken. */

import { t } from "./words.js";

/**
 * Send forms that match a selector with `send`, which is given the form. What it throws is said in the form. Its button
 * cannot be pressed meanwhile, nor afterwards when `send` returns true: then the page is being left.
 */
export function sending(selector, send) {
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest(selector);
    if (!form) return;
    event.preventDefault();
    const word = form.querySelector(".wrong-word");
    const button = form.querySelector(".button.main");
    word.hidden = true;
    button.disabled = true;
    let leaving = false;
    try {
      leaving = (await send(form)) === true;
    } catch (problem) {
      word.textContent = problem.errors?.[0]?.detail || problem.message || t("noAnswer");
      word.hidden = false;
    } finally {
      button.disabled = leaving;
    }
  });
}
