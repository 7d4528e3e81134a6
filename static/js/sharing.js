/** The share dialog of an asset: its links, made, changed and revoked in place. */

import { call } from "./http.js";
import { say, toast } from "./tell.js";
import { percent, t } from "./words.js";

const sheet = document.getElementById("share");
const panel = document.getElementById("share-panel");
const asset = sheet.dataset.asset;
const LONGEST_MS = 15_000;

const part = (selector) => panel.querySelector(selector);

// Loading -----------------------------------------------------------------------------------------------------------
/** Ask the server for the list as it is now; `then` finds what gets the focus in it. */
async function load(then) {
  if (!panel.childElementCount || part("[data-share-again]")) panel.replaceChildren(document.getElementById("share-wait").content.cloneNode(true));
  panel.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(panel.dataset.from, { credentials: "same-origin", signal: AbortSignal.timeout(LONGEST_MS) });
    if (!answer.ok || answer.redirected) throw new Error(`the links: ${answer.status}`);
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    panel.replaceChildren(...read.body.childNodes);
    (then?.() ?? null)?.focus();
    watch();
  } catch {
    panel.replaceChildren(document.getElementById("share-lost").content.cloneNode(true));
    part(".share-why").textContent = t("noAnswer");
  } finally {
    panel.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest('[data-opens="share"]')) load();
});

// Saying what is wrong ----------------------------------------------------------------------------------------------
function wrong(text) {
  const word = part(".share-wrong");
  word.textContent = text;
  word.hidden = !text;
}

/** Each sentence beside its field; those of no field above the form. */
function refuse(form, problem) {
  clear(form);
  const rest = [];
  for (const { field, detail } of problem.errors ?? []) {
    const input = form.elements[field];
    if (!input) {
      rest.push(detail);
      continue;
    }
    const line = Object.assign(document.createElement("span"), { className: "wrong", textContent: detail });
    line.id = `${input.id || `share-${field}`}-wrong`;
    line.setAttribute("role", "alert");
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", line.id);
    input.closest(".field, .check").append(line);
  }
  if (!(problem.errors ?? []).length) rest.push(problem.message || t("noAnswer"));
  wrong(rest.join(" "));
  form.querySelector("[aria-invalid]")?.focus();
}

function clear(form) {
  wrong("");
  for (const line of form.querySelectorAll(".wrong")) line.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

// The form ----------------------------------------------------------------------------------------------------------
let changing = null;

/** Days as the date field writes them, in the reader's own time. */
const dayOf = (moment) => [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()].map((number) => String(number).padStart(2, "0")).join("-");

/** A link ends when its last day does. */
const endOf = (day) => (day ? new Date(`${day}T23:59:59.999`).toISOString() : null);

/** Open the form, empty or with what a link says now. */
function open(link) {
  const form = part(".share-form");
  form.reset();
  clear(form);
  changing = link?.dataset.link ?? null;
  for (const word of form.querySelectorAll("[data-word]")) word.hidden = (word.dataset.word === "change") !== Boolean(link);
  form.querySelector('[data-only="secret"]').hidden = !link?.dataset.secret;
  if (link) {
    const { title, ends, download, watermark, name } = link.dataset;
    form.elements.title.value = title;
    form.elements.expires_at.value = ends ? dayOf(new Date(ends)) : "";
    form.elements.allow_download.checked = Boolean(download);
    if (form.elements.watermark) {
      form.elements.watermark.value = watermark;
      form.elements.watermark_text.value = name;
    }
  }
  agree(form);
  form.hidden = false;
  part(".share-new").hidden = true;
  form.elements.title.focus();
  form.scrollIntoView({ block: "nearest" });
}

function close() {
  part(".share-form").hidden = true;
  part(".share-new").hidden = false;
  wrong("");
  part(changing ? `[data-link="${CSS.escape(changing)}"] [data-share-change]` : "[data-share-new]")?.focus();
  changing = null;
}

/** Show the fields that belong to what is chosen. */
function agree(form) {
  const drawn = form.elements.watermark && form.elements.watermark.value !== "none";
  const name = form.querySelector('[data-only="watermark"]');
  if (name) name.hidden = !drawn;
  for (const hint of name?.querySelectorAll("[data-of]") ?? []) hint.hidden = hint.dataset.of !== form.elements.watermark.value;
  if (drawn) form.elements.allow_download.checked = false;
  form.elements.allow_download.disabled = Boolean(drawn);
}

function wanted(form) {
  const { title, expires_at: ends, password, open: opens, allow_download: download, watermark, watermark_text: name } = form.elements;
  const said = { title: title.value.trim(), expires_at: endOf(ends.value), allow_download: download.checked };
  if (password.value) said.password = password.value;
  else if (opens.checked) said.password = "";
  if (watermark) Object.assign(said, { watermark: watermark.value, watermark_text: name.value.trim() });
  return said;
}

async function send(form) {
  const button = form.querySelector(".share-form-acts .main");
  button.disabled = true;
  try {
    if (changing) {
      const id = changing;
      await call("PATCH", `/api/v1/share-links/${id}/`, wanted(form));
      say(t("saved"));
      await load(() => part(`[data-link="${CSS.escape(id)}"] [data-share-change]`));
    } else {
      const made = await call("POST", "/api/v1/share-links/", { asset, ...wanted(form) });
      await load(() => part(`[data-link="${CSS.escape(made.id)}"] [data-copy]`));
      toast(t((await copied(made.url)) ? "share.made" : "share.madeOnly"));
    }
    changing = null;
  } catch (problem) {
    refuse(form, problem);
  } finally {
    button.disabled = false;
  }
}

const copied = (text) => navigator.clipboard?.writeText(text).then(() => true, () => false) ?? false;

// Acts --------------------------------------------------------------------------------------------------------------
async function revoke(link) {
  const sure = link.querySelector("[data-share-revoke]");
  sure.disabled = true;
  try {
    await call("DELETE", `/api/v1/share-links/${link.dataset.link}/`);
    await load(() => part("[data-share-new]"));
    say(t("share.revoked"));
  } catch (problem) {
    sure.disabled = false;
    wrong(problem.message || t("noAnswer"));
  }
}

/** Start the work on the pictures of a link again. */
async function retry(button) {
  button.disabled = true;
  const link = button.closest(".share-link").dataset.link;
  try {
    await call("POST", `/api/v1/media/job/${button.dataset.shareRetry}/retry`);
    await load(() => part(`[data-link="${CSS.escape(link)}"] [data-share-change]`));
    say(t("retrying"));
  } catch (problem) {
    button.disabled = false;
    wrong(problem.message || t("noAnswer"));
  }
}

// Pictures in the making --------------------------------------------------------------------------------------------
const LOOK_MS = 3_000;
let looking = 0;

/** While the pictures of a link are being made, show how far they are; once they are, the list is another one. */
function watch() {
  clearTimeout(looking);
  if (part("[data-making]")) looking = setTimeout(look, LOOK_MS);
}

async function look() {
  if (!sheet.open) return;
  try {
    const { results } = await call("GET", `/api/v1/share-links/?asset=${asset}&page_size=200`);
    const states = new Map(results.map((link) => [link.id, link.rendition]));
    const making = [...panel.querySelectorAll("[data-making]")];
    for (const line of making) line.querySelector("[data-made]").textContent = percent(stateOf(line, states)?.progress ?? 0);
    // Nothing is taken from under somebody who is writing or deciding.
    const busy = part(".share-form:not([hidden]), .share-sure:not([hidden])");
    if (!busy && making.some((line) => stateOf(line, states)?.state !== "pending")) {
      const focus = placeOf(document.activeElement);
      await load(() => focus && part(focus));
      return;
    }
  } catch {
    // The next look may be answered.
  }
  watch();
}

/** Where the focus is in the list, for the list that takes its place. */
function placeOf(element) {
  const act = panel.contains(element) && [...element.attributes].find(({ name }) => name === "data-copy" || name.startsWith("data-share-"));
  const link = element?.closest(".share-link")?.dataset.link;
  return act ? `${link ? `[data-link="${CSS.escape(link)}"] ` : ""}[${act.name}]` : null;
}

const stateOf = (line, states) => states.get(line.closest(".share-link").dataset.link);

/** Ask whether a link is really to be revoked, or leave it. */
function question(link, asked) {
  link.querySelector(".share-sure").hidden = !asked;
  const button = link.querySelector("[data-share-end]");
  button.setAttribute("aria-expanded", String(asked));
  (asked ? link.querySelector("[data-share-keep]") : button).focus();
}

panel.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest(selector);
  const link = on(".share-link");
  if (on("[data-share-again]")) load();
  else if (on("[data-share-new]")) open(null);
  else if (on("[data-share-cancel]")) close();
  else if (on("[data-share-change]")) open(link);
  else if (on("[data-share-end]")) question(link, link.querySelector(".share-sure").hidden);
  else if (on("[data-share-keep]")) question(link, false);
  else if (on("[data-share-revoke]")) revoke(link);
  else if (on("[data-share-retry]")) retry(on("[data-share-retry]"));
});
panel.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target);
});
panel.addEventListener("change", async (event) => {
  const form = event.target.closest(".share-form");
  if (form) {
    agree(form);
    return;
  }
  if (!event.target.matches("[data-allow-download]")) return;
  const box = event.target;
  wrong("");
  try {
    await call("PATCH", `/api/v1/assets/${asset}/`, { allow_download: box.checked });
    toast(t("saved"));
    window.htmx.trigger("#side", "refresh");
  } catch (problem) {
    box.checked = !box.checked;
    wrong(problem.message || t("noAnswer"));
  }
});
/** Escape leaves a question or the form before it leaves the dialog. */
sheet.addEventListener("cancel", (event) => {
  const asked = part(".share-sure:not([hidden])");
  const form = part(".share-form:not([hidden])");
  if (!asked && !form) return;
  event.preventDefault();
  if (asked) question(asked.closest(".share-link"), false);
  else close();
});
