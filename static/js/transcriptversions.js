/** The versions of a transcript: who saved what and when, what it said, and the way back to it. */

import { call } from "./http.js";
import { toast } from "./tell.js";
import { locale, t } from "./words.js";

const dialog = document.getElementById("transcript-versions");
const when = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

/** Start the dialog of a pane; `seen()` is the analysis and the version that are shown, `editor` shows them anew. */
export function startVersions(pane, { address, editor, seen }) {
  if (!dialog) return;
  const list = dialog.querySelector("ol");
  const word = dialog.querySelector(".wrong-word");

  function complain(problem) {
    word.hidden = false;
    word.textContent = problem.message || t("noAnswer");
  }

  function rowOf(version) {
    const row = dialog.querySelector("template").content.firstElementChild.cloneNode(true);
    row.dataset.version = version.version;
    row.querySelector(".version-name").textContent = t("transcript.version", { version: version.version });
    const by = [version.author?.name ?? t("transcript.heard"), version.created_at ? when.format(new Date(version.created_at)) : "", version.restored ? t("transcript.fromVersion", { version: version.restored }) : ""];
    row.querySelector(".version-by").textContent = by.filter(Boolean).join(" · ");
    row.querySelector(".version-words").setAttribute("aria-label", t("transcript.version", { version: version.version }));
    row.querySelector("[data-restore]").hidden = version.version === seen().version;
    return row;
  }

  async function show() {
    word.hidden = true;
    list.replaceChildren();
    dialog.showModal();
    try {
      list.replaceChildren(...(await call("GET", `${address}/versions`)).map(rowOf));
    } catch (problem) {
      complain(problem);
    }
  }

  async function look(row, button) {
    const words = row.querySelector(".version-words");
    if (words.hidden && !words.textContent) {
      const { segments } = await call("GET", `${address}/versions/${row.dataset.version}`);
      words.textContent = segments.map(({ speaker, text }) => (speaker ? `${speaker}: ${text}` : text)).join("\n");
    }
    words.hidden = !words.hidden;
    button.setAttribute("aria-expanded", String(!words.hidden));
  }

  async function restore(row) {
    if (editor.dirty()) {
      complain({ message: t("transcript.saveFirst") });
      return;
    }
    await call("POST", `${address}/versions/${row.dataset.version}/restore`, seen());
    await editor.load();
    dialog.close();
    toast(t("transcript.restored", { version: row.dataset.version }));
  }

  pane.querySelector("[data-versions]").addEventListener("click", show);
  list.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    const row = event.target.closest("li");
    if (!button) return;
    word.hidden = true;
    button.disabled = true;
    try {
      await (button.matches("[data-look]") ? look(row, button) : restore(row));
    } catch (problem) {
      complain(problem);
    } finally {
      button.disabled = false;
    }
  });
}
