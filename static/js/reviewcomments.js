/** What those who moderate tell each other of a case; `@` names somebody, who hears of it. */

import { call } from "./http.js";
import { say } from "./tell.js";
import { t } from "./words.js";

const ASK_MS = 200;
/** The name that is being written behind an `@`, up to the caret. */
const NAMING = /(?:^|\s)@([\p{L}\p{N}._-]{0,40}(?: [\p{L}\p{N}._-]{0,40})?)$/u;

/** Start the comments of a case; returns `write`, which goes to the field. */
export function startComments(root) {
  const form = root.querySelector("#comment-form");
  const field = root.querySelector("#comment-text");
  const list = root.querySelector("#comments");
  const people = root.querySelector("#mention-list");
  const wrong = form.querySelector(".wrong-word");
  const named = new Map();
  let asked = 0;
  let place = 0;

  const options = () => [...people.children];
  function close() {
    people.hidden = true;
    people.replaceChildren();
    field.removeAttribute("aria-activedescendant");
  }

  function point(to) {
    const all = options();
    place = (to + all.length) % all.length;
    for (const [number, one] of all.entries()) one.setAttribute("aria-selected", String(number === place));
    field.setAttribute("aria-activedescendant", all[place].id);
  }

  function insert(name, id) {
    const before = field.value.slice(0, field.selectionStart).replace(NAMING, (whole) => `${/^\s/.test(whole) ? whole[0] : ""}@${name} `);
    field.value = before + field.value.slice(field.selectionStart);
    field.selectionStart = field.selectionEnd = before.length;
    named.set(id, name);
    close();
    field.focus();
  }

  function offer(found) {
    people.replaceChildren(...found.map(({ id, name }, number) => {
      const row = Object.assign(document.createElement("li"), { id: `mention-${number}`, textContent: name });
      row.dir = "auto";
      row.setAttribute("role", "option");
      row.addEventListener("pointerdown", (event) => {
        event.preventDefault(); // the field keeps the focus
        insert(name, id);
      });
      row.dataset.id = id;
      return row;
    }));
    people.hidden = !found.length;
    if (found.length) {
      point(0);
      say(t("review.people", { n: found.length }));
    } else close();
  }

  function look() {
    clearTimeout(asked);
    const words = NAMING.exec(field.value.slice(0, field.selectionStart))?.[1];
    if (words === undefined) {
      close();
      return;
    }
    asked = setTimeout(async () => {
      const query = new URLSearchParams({ q: words, case: root.dataset.case });
      const found = await call("GET", `/api/v1/moderation/people?${query}`).catch(() => null);
      if (found && NAMING.exec(field.value.slice(0, field.selectionStart))?.[1] === words) offer(found.results ?? found);
    }, ASK_MS);
  }

  field.addEventListener("input", look);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (people.hidden) {
      if (event.key === "Escape") root.querySelector("#case-title").focus();
      return;
    }
    const acts = {
      ArrowDown: () => point(place + 1),
      ArrowUp: () => point(place - 1),
      Enter: () => insert(options()[place].textContent, options()[place].dataset.id),
      Tab: () => insert(options()[place].textContent, options()[place].dataset.id),
      Escape: close,
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    wrong.hidden = true;
    // Whose name was taken out again is not told.
    const mentions = [...named].filter(([, name]) => text.includes(`@${name}`)).map(([id]) => id);
    try {
      const made = await call("POST", `/api/v1/moderation/cases/${root.dataset.case}/comments`, { text, mentions });
      const row = root.querySelector("#comment-row").content.firstElementChild.cloneNode(true);
      row.querySelector("[data-author]").textContent = made.author?.name ?? "";
      row.querySelector("[data-text]").textContent = made.text;
      row.querySelector("[data-text]").classList.add("as-written");
      list.append(row);
      field.value = "";
      named.clear();
      say(t("review.said"));
    } catch (problem) {
      wrong.textContent = problem.errors?.[0]?.detail || problem.message || t("noAnswer");
      wrong.hidden = false;
    } finally {
      button.disabled = false;
      field.focus();
    }
  });
  return { write: () => field.focus() };
}
