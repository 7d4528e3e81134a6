/** Copying: a click on what has `data-copy` puts it on the clipboard, or marks it where that is not allowed. */

import { toast } from "./tell.js";
import { t } from "./words.js";

document.addEventListener("click", async (event) => {
  const copier = event.target.closest("[data-copy]");
  if (!copier) return;
  try {
    await navigator.clipboard.writeText(copier.dataset.copy);
    toast(t("copied"));
  } catch {
    const range = document.createRange();
    range.selectNodeContents(copier);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }
});
