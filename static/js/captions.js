/** The tab “Captions” beside the player: the tracks of the asset, new ones by drop or by hand, and the way into each. */

import { startEditor } from "./captioneditor.js";
import { dropDraft } from "./captiondraft.js";
import { call } from "./http.js";
import { say, toast } from "./tell.js";
import { locale, t } from "./words.js";

const pane = document.getElementById("pane-captions");
const base = `/api/v1/assets/${pane.dataset.asset}/captions/`;
const mayChange = pane.dataset.mayChange === "1";
const part = (selector) => pane.querySelector(selector);
/** The largest file that the portal reads. */
const MOST_BYTES = 5 * 1024 * 1024;
/** What is offered while somebody types; any other tag is taken, too. */
const OFFERED = ["ar", "en", "fr", "es", "de", "it", "pt", "ru", "tr", "fa", "ur", "hi", "bn", "id", "ms", "zh-Hans", "zh-Hant", "ja", "ko", "nl", "pl", "uk", "el", "he", "sv", "sw"];

const names = new Intl.DisplayNames([locale], { type: "language" });
/** What a language is called here, or its tag. */
function nameOf(tag) {
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

// Tabs ------------------------------------------------------------------------------------------------------------
const tabs = [...document.querySelectorAll(".asset-side .tab")];
function choose(tab, focus = false) {
  for (const each of tabs) {
    const chosen = each === tab;
    each.setAttribute("aria-selected", String(chosen));
    each.tabIndex = chosen ? 0 : -1;
    document.getElementById(each.getAttribute("aria-controls")).hidden = !chosen;
  }
  document.getElementById("asset").classList.toggle("beside", tab.id !== "tab-about");
  if (focus) tab.focus();
  if (tab.id === "tab-captions") begin();
  document.dispatchEvent(new CustomEvent("portal:beside", { detail: tab.id }));
}
for (const [place, tab] of tabs.entries()) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const step = event.key === forward ? 1 : /^Arrow(Left|Right)$/.test(event.key) ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    choose(tabs[(place + step + tabs.length) % tabs.length], true);
  });
}

// The tracks ------------------------------------------------------------------------------------------------------
let tracks = [];
let begun = false;
const editor = startEditor(pane, { told: () => news(), left: (track) => leave(track) });

function begin() {
  if (begun) return;
  begun = true;
  list();
}

/** Ask for the tracks and show them. */
async function list() {
  try {
    tracks = (await call("GET", base)).map((track) => ({ ...track, name: track.label || nameOf(track.language) }));
  } catch (problem) {
    if (part(".tracks").hidden) failed(problem);
    return;
  } finally {
    part(".tracks-wait").hidden = true;
  }
  part(".tracks-failed").hidden = true;
  show();
  const open = editor.opened();
  if (open) editor.newer(tracks.find((track) => track.id === open));
}

function failed(problem) {
  part(".tracks-failed").hidden = false;
  part(".tracks-failed p").textContent = problem.message || t("noAnswer");
}
part("[data-tracks-again]").addEventListener("click", () => {
  part(".tracks-failed").hidden = true;
  part(".tracks-wait").hidden = false;
  list();
});

function show() {
  const row = part("#track-row");
  part(".tracks").replaceChildren(...tracks.map((track) => {
    const line = row.content.firstElementChild.cloneNode(true);
    line.dataset.track = track.id;
    line.querySelector("bdi").textContent = track.name;
    line.querySelector(".track-default").hidden = !track.default;
    line.querySelector(".track-what").textContent = [t(`captions.kind.${track.kind}`), track.label ? nameOf(track.language) : "", t("captions.cues", { n: track.cues })].filter(Boolean).join(" · ");
    const download = line.querySelector("[data-track-download]");
    if (download && track.download_url) download.href = track.download_url;
    else download?.remove();
    return line;
  }));
  part(".tracks").hidden = !tracks.length;
  part(".tracks-none").hidden = tracks.length > 0;
}

part(".tracks").addEventListener("click", (event) => {
  const track = tracks.find((one) => one.id === event.target.closest(".track")?.dataset.track);
  if (!track) return;
  if (event.target.closest("[data-track-details]")) details(track);
  else if (event.target.closest(".track-open")) enter(track);
});

function enter(track) {
  part(".tracks-part").hidden = true;
  editor.open({ ...track });
}

function leave(track) {
  part(".tracks-part").hidden = false;
  list();
  const row = part(`[data-track="${CSS.escape(track?.id ?? "")}"] .track-open`);
  (row ?? part(".tracks .track-open"))?.focus({ preventScroll: true });
}

/** What is played here has other tracks now. */
const news = () => document.dispatchEvent(new CustomEvent("portal:captions"));
let listing = 0;
document.addEventListener("portal:captions", () => {
  if (!begun) return;
  clearTimeout(listing);
  listing = setTimeout(list, 150);
});

// New tracks, and what is said of each ----------------------------------------------------------------------------
const dialog = document.getElementById("caption-track");
const form = dialog?.querySelector("form");
const wrong = form?.querySelector(".wrong-word");
const erase = document.getElementById("caption-delete");
let subject = null; // a File, a track, or null for one by hand

function ask({ title, button, file = "", values = {}, track = null }) {
  form.reset();
  dialog.querySelector("h2").textContent = title;
  form.querySelector("[type=submit]").textContent = button;
  form.querySelector(".track-file").hidden = !file;
  form.querySelector(".track-file bdi").textContent = file;
  for (const [name, value] of Object.entries(values)) {
    if (form.elements[name].type === "checkbox") form.elements[name].checked = value;
    else form.elements[name].value = value;
  }
  form.querySelector(".track-delete").hidden = !track;
  links(track);
  complain(null);
  called();
  dialog.showModal();
  form.elements.language.focus();
}

function links(track) {
  const holder = form.querySelector(".track-links");
  holder.hidden = !track?.download_url;
  if (holder.hidden) return;
  holder.querySelector("[data-link=track]").href = track.download_url;
  const original = holder.querySelector("[data-link=original]");
  original.hidden = !track.original_url;
  if (!track.original_url) return;
  original.href = track.original_url;
  original.querySelector("bdi").textContent = `${track.original_filename} (${track.original_format}, ${track.original_encoding})`;
}

function details(track) {
  subject = track;
  ask({ title: t("captions.details"), button: t("captions.saveDetails"), values: { language: track.language, kind: track.kind, label: track.label, default: track.default }, track });
}

/** The language that a file's name tells (film.ar.srt, film_pt-BR.vtt), else that of the page. */
function told(name) {
  const tag = /[._ -]([a-z]{2,3}(?:-[A-Za-z]{2,4})?)\.[a-z0-9]+$/i.exec(name)?.[1] ?? "";
  return tag && nameOf(tag) !== tag ? tag : document.documentElement.lang;
}

function bring(file) {
  if (!file) return;
  subject = file;
  ask({ title: t("captions.addTitle"), button: t("captions.add"), file: file.name, values: { language: told(file.name), kind: "subtitles", label: "", default: false } });
  if (file.size > MOST_BYTES) complain({ message: t("captions.tooLarge"), code: "caption_too_large" });
}

function complain(problem) {
  wrong.hidden = !problem;
  if (!problem) return;
  wrong.querySelector("span").textContent = problem.errors?.length ? problem.errors.map((one) => one.detail).join(" ") : problem.message || t("noAnswer");
  const copy = wrong.querySelector(".copy-code");
  copy.dataset.copy = copy.querySelector("span").textContent = problem.code;
}

/** Say what a tag means while it is typed. */
function called() {
  const tag = form.elements.language.value.trim();
  const name = tag ? nameOf(tag) : "";
  const hint = document.getElementById("track-language-name");
  hint.dataset.was ??= hint.textContent;
  hint.textContent = name && name !== tag ? name : hint.dataset.was;
}

async function send() {
  const { elements } = form;
  const values = { language: elements.language.value.trim(), kind: elements.kind.value, label: elements.label.value.trim(), default: elements.default.checked };
  if (subject?.id) return call("PATCH", `${base}${subject.id}/`, values);
  if (!subject) return call("POST", base, { ...values, cues: [] });
  const body = new FormData();
  for (const [name, value] of Object.entries(values)) body.append(name, String(value));
  body.append("file", subject);
  return call("POST", base, body);
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (button.disabled) return;
  button.disabled = true;
  complain(null);
  try {
    const byHand = !subject;
    const made = await send();
    dialog.close();
    say(t("saved"));
    if (!subject?.id && !byHand) toast(t("captions.added", { n: made.cues }));
    await list();
    news();
    if (byHand) enter(tracks.find((track) => track.id === made.id));
  } catch (problem) {
    complain(problem);
  } finally {
    button.disabled = false;
  }
});
form?.elements.language.addEventListener("input", called);
form?.querySelector(".track-delete").addEventListener("click", () => {
  dialog.close();
  erase.querySelector(".wrong-word").hidden = true;
  erase.showModal();
});
erase?.querySelector("[data-delete-track]").addEventListener("click", async () => {
  try {
    await call("DELETE", `${base}${subject.id}/`);
    dropDraft(subject.id);
    erase.close();
    await list();
    news();
  } catch (problem) {
    const word = erase.querySelector(".wrong-word");
    word.hidden = false;
    word.textContent = problem.message || t("noAnswer");
  }
});

// Dropping --------------------------------------------------------------------------------------------------------
if (mayChange) {
  document.getElementById("track-languages").replaceChildren(...OFFERED.map((tag) => Object.assign(document.createElement("option"), { value: tag, label: nameOf(tag) })));
  const drop = part("[data-drop]");
  const input = document.getElementById("caption-file");
  input.addEventListener("change", () => {
    bring(input.files[0]);
    input.value = "";
  });
  part("[data-track-new]").addEventListener("click", () => {
    subject = null;
    ask({ title: t("captions.newTitle"), button: t("captions.begin"), values: { language: document.documentElement.lang, kind: "subtitles", label: "", default: false } });
  });
  const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  pane.addEventListener("dragover", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    drop.classList.add("over");
  });
  pane.addEventListener("dragleave", (event) => {
    if (!pane.contains(event.relatedTarget)) drop.classList.remove("over");
  });
  pane.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    if (!files(event)) return;
    event.preventDefault();
    // What is dropped beside an open track would leave it.
    if (!part(".tracks-part").hidden) bring(event.dataTransfer.files[0]);
  });
}
