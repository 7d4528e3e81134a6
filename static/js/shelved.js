/** The tags and collections of the asset on this page: added by typing, removed with one press. */

import { call } from "./http.js";
import { chosen } from "./picks.js";
import { say } from "./tell.js";
import { t } from "./words.js";

const part = () => document.getElementById("shelved");
const tags = () => [...part().querySelectorAll("[data-untag]")].map((one) => one.dataset.untag);
const places = () => [...part().querySelectorAll("[data-place]")].map((one) => one.dataset.place);

function wrong(text) {
  const word = part().querySelector(".wrong-word");
  word.textContent = text;
  word.hidden = !text;
}

/** Send what it is to be, show what it became, and bring the focus back to where the person was. */
async function save(change, field) {
  wrong("");
  try {
    await call("PATCH", `/api/v1/assets/${part().dataset.asset}/`, change);
    await window.htmx.ajax("GET", part().getAttribute("hx-get"), { target: "#shelved", swap: "outerHTML" });
    part().querySelector(`[data-add-${field}]`)?.focus();
    say(t("saved"));
  } catch (problem) {
    wrong(problem.message || t("noAnswer"));
  }
}

async function add(field) {
  const text = field.value.trim();
  if (!text) return;
  field.value = ""; // so that leaving the field does not add it a second time
  if (field.matches("[data-add-tag]")) {
    await save({ tags: [...tags(), ...text.split(/[,،]/).map((word) => word.trim()).filter(Boolean)] }, "tag");
    return;
  }
  const id = await chosen(text).catch(() => null);
  if (id) await save({ collections: [...new Set([...places(), id])] }, "place");
  else wrong(t("noSuchCollection"));
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("[data-add-tag], [data-add-place]")) return;
  event.preventDefault();
  add(event.target);
});
// Choosing from the list is an act of its own; leaving the field keeps what was typed.
document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-add-tag], [data-add-place]")) add(event.target);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-untag], [data-unplace]");
  if (!button) return;
  const { untag, unplace } = button.dataset;
  if (untag) save({ tags: tags().filter((one) => one !== untag) }, "tag");
  else save({ collections: places().filter((one) => one !== unplace) }, "place");
});
