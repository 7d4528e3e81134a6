/** The rows of a desk: one for each file, changed where they stand, so that neither eye nor focus loses its place. */

import { stateWord } from "./uploaddesk.js";
import { percent, roughly, size, t } from "./words.js";

const template = document.getElementById("row");
const BARS = new Set(["uploading", "paused", "fetching", "checking", "processing"]);

/** Shows a desk's lines in a list. `chooser` is the file input that asks for a lost file. */
export class Rows {
  constructor(holder, desk, chooser) {
    this.holder = holder;
    this.desk = desk;
    this.chooser = chooser;
    /** line id → { element, drawn } */
    this.rows = new Map();
    holder.addEventListener("click", (event) => this.clicked(event.target.closest("[data-act]")));
  }

  clicked(button) {
    if (!button || button.href) return;
    const id = button.closest("li").dataset.line;
    const name = button.dataset.act;
    if (name !== "give") this.desk.act(id, name);
    else {
      this.chooser.onchange = () => {
        this.desk.act(id, "give", this.chooser.files[0]);
        this.chooser.value = "";
      };
      this.chooser.click();
    }
  }

  /** Bring the list to how the desk stands. */
  show() {
    const lines = this.desk.lines();
    const wanted = new Set(lines.map((line) => line.id));
    for (const [id, row] of this.rows) if (!wanted.has(id)) this.remove(id, row.element);
    const first = this.holder.firstElementChild;
    for (const line of lines) {
      let row = this.rows.get(line.id);
      if (!row) {
        row = { element: template.content.firstElementChild.cloneNode(true), drawn: "" };
        row.element.dataset.line = line.id;
        this.rows.set(line.id, row);
        this.holder.insertBefore(row.element, first);
      }
      const drawn = JSON.stringify([line, [...this.desk.acts(line)]]);
      if (row.drawn !== drawn) draw(row.element, line, this.desk.acts(line));
      row.drawn = drawn;
    }
  }

  remove(id, element) {
    const held = element.contains(document.activeElement);
    const next = element.nextElementSibling ?? element.previousElementSibling;
    element.remove();
    this.rows.delete(id);
    if (held) (next?.querySelector(".row-acts :not([hidden])") ?? this.holder.closest("[tabindex]") ?? this.holder).focus();
  }
}

const set = (element, text) => { if (element.textContent !== text) element.textContent = text; };

function draw(element, line, acts) {
  const part = (selector) => element.querySelector(selector);
  element.dataset.state = line.state;
  set(part(".row-name bdi"), line.name);
  part(".row-name bdi").title = line.name;
  set(part(".row-size"), line.size ? size(line.size) : "");
  set(part(".row-state"), stateWord(line));
  set(part(".row-what"), what(line));
  set(part(".row-left"), BARS.has(line.state) && line.left ? t("upload.left", { time: roughly(line.left) }) : "");
  const bar = part("progress");
  bar.hidden = !BARS.has(line.state);
  bar.value = line.percent ?? 0;
  bar.setAttribute("aria-label", line.name);
  drawProblem(part(".row-error"), line.problem);
  drawNotice(part(".row-notice"), line.notice);
  drawActs(element, line, acts);
}

/** What stands beside the state: how much has gone and how fast, or the step's name. */
function what(line) {
  if (line.state === "uploading") {
    const gone = t("upload.of", { done: size(line.sent), total: size(line.size) });
    return line.speed ? `${gone} · ${t("upload.speed", { size: size(line.speed) })}` : gone;
  }
  if (line.state === "fetching") return line.sent ? (line.size ? t("upload.of", { done: size(line.sent), total: size(line.size) }) : size(line.sent)) : "";
  if (line.state === "known" && !line.data) return t("upload.knownAgain");
  if (line.state === "asking") return t("upload.asking", { percent: percent(line.percent) });
  return line.state === "processing" ? line.what ?? "" : "";
}

function drawProblem(holder, problem) {
  holder.hidden = !problem;
  if (!problem) return;
  set(holder.firstElementChild, problem.detail ?? "");
  const button = holder.querySelector(".copy-code");
  button.hidden = !problem.code;
  button.dataset.copy = problem.code ?? "";
  set(button.firstElementChild, problem.code ?? "");
}

function drawNotice(holder, notice) {
  const found = notice?.same.length ? notice.same : notice?.same_name ?? [];
  holder.hidden = !found.length;
  const sentence = t(notice?.same.length ? "upload.known" : "upload.sameName");
  const links = found.slice(0, 3).map((one) => {
    const link = document.createElement("a");
    link.href = one.url ?? `/assets/${one.id}/`;
    link.dir = "auto";
    link.textContent = one.title || one.id;
    if (one.thumbnail_url) link.prepend(Object.assign(document.createElement("img"), { src: one.thumbnail_url, alt: "" }));
    return link;
  });
  holder.replaceChildren(sentence, ...links);
}

function drawActs(element, line, acts) {
  for (const button of element.querySelectorAll("[data-act]")) {
    const name = button.dataset.act;
    if (name === "pause" || name === "resume") continue;
    button.hidden = !acts.has(name);
  }
  // One button that turns, so that the focus stays on it.
  const pause = element.querySelector('[data-act="pause"], [data-act="resume"]');
  pause.hidden = !acts.has("pause") && !acts.has("resume");
  if (!pause.hidden) pause.dataset.act = acts.has("pause") ? "pause" : "resume";
  pause.setAttribute("aria-label", t(acts.has("resume") ? "uppy.resume" : "uppy.pause"));
  if (line.asset) element.querySelector('[data-act="open"]').href = `/assets/${line.asset}/`;
}
