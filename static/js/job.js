/** The page of one job: draws what waits for what, and follows the work. */

import { subscribe } from "./live.js";
import { say } from "./tell.js";
import { percent, roughly, span, stepWord, t } from "./words.js";

const page = () => document.getElementById("job");
const id = page().dataset.job;
const PARTS_AFTER = 4_000;

// Edges -----------------------------------------------------------------------------------------------------------
/**
 * From the middle of one box's end to the middle of the other's beginning; which side that is, the boxes tell. A line
 * over several columns stays at its height until the last gap.
 */
function edge(from, to, gap) {
  const ahead = to.x > from.x;
  const x1 = ahead ? from.x + from.width : from.x;
  const x2 = ahead ? to.x : to.x + to.width;
  const [y1, y2] = [from.y + from.height / 2, to.y + to.height / 2];
  const turn = ahead ? Math.max(x1, x2 - gap) : Math.min(x1, x2 + gap);
  const bend = (x2 - turn) / 2;
  return `M${x1} ${y1}H${turn}C${turn + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function draw() {
  const graph = document.querySelector(".graph");
  const canvas = graph?.querySelector(".edges");
  if (!canvas) return;
  const columns = graph.querySelector(".columns");
  canvas.setAttribute("width", columns.offsetWidth);
  canvas.setAttribute("height", columns.offsetHeight);
  const gap = Number.parseFloat(getComputedStyle(columns).columnGap) || 0;
  const origin = canvas.getBoundingClientRect();
  const boxes = new Map([...graph.querySelectorAll("[data-node]")].map((node) => [node.dataset.node, node]));
  const place = (node) => {
    const box = node.getBoundingClientRect();
    return { x: box.x - origin.x, y: box.y - origin.y, width: box.width, height: box.height };
  };
  canvas.replaceChildren(...[...boxes.values()].flatMap((node) => node.dataset.after.split(" ").filter((name) => boxes.has(name)).map((name) => {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", edge(place(boxes.get(name)), place(node), gap));
    path.dataset.status = node.dataset.status === "processing" ? "processing" : boxes.get(name).dataset.status;
    return path;
  })));
}

const size = new ResizeObserver(draw);
function watch() {
  size.disconnect();
  const columns = document.querySelector(".columns");
  if (columns) size.observe(columns);
  draw();
}
watch();
document.fonts?.ready.then(draw);

// Live ------------------------------------------------------------------------------------------------------------
let asked = 0;
let soonest = 0;
/** Ask for the page again, once for many pieces of news. */
function refresh(wait = 300) {
  const at = Date.now() + wait;
  if (asked && soonest <= at) return;
  clearTimeout(asked);
  soonest = at;
  asked = setTimeout(() => {
    asked = 0;
    window.htmx.trigger("#job", "refresh");
  }, wait);
}

/** How the page stood before it was fetched again: what is unfolded, how far each part is scrolled, where the focus is. */
let stood = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "job") return;
  stood = {
    status: page().dataset.jobStatus,
    unfolded: new Map([...page().querySelectorAll("details")].map((one) => [one.id, one.open])),
    scrolled: new Map([...page().querySelectorAll('[tabindex="0"]')].map((one) => [one.id, [one.scrollLeft, one.scrollTop]])),
    focus: page().contains(document.activeElement) ? document.activeElement.id : null,
  };
});
document.addEventListener("htmx:afterSwap", (event) => {
  // The pill and the bell are swapped on this page, too.
  if (event.detail.target?.id !== "job" || !stood) return;
  for (const list of page().querySelectorAll("details")) list.open = stood.unfolded.get(list.id) ?? list.open;
  for (const [name, [inline, block]] of stood.scrolled) document.getElementById(name)?.scrollTo(inline, block);
  // What had the focus may have stood in something folded until now, or may be gone: then the page's title has it.
  if (stood.focus !== null && document.activeElement === document.body) {
    (document.getElementById(stood.focus) ?? document.getElementById("job-title")).focus({ preventScroll: true });
  }
  if (stood.status !== page().dataset.jobStatus) tellState();
  stood = null;
  began = performance.now();
  watch();
});

/** Say where the job stands now, and why it stopped if it did. */
function tellState() {
  const text = (selector) => page().querySelector(selector)?.textContent.trim() ?? "";
  say([t("upload.said", { name: text("h1"), state: text(".job-line .state > span") }), text(".job-why")].join(" ").trim());
}

/** Whether somebody is marking text on the page, to copy it. */
function marking() {
  const chosen = getSelection();
  return Boolean(chosen && !chosen.isCollapsed && page().contains(chosen.anchorNode));
}

const fill = (within, selector, text) => {
  const found = within?.querySelector(selector);
  if (found) found.textContent = text;
};

/** Show progress in place; ask for the page again when a step's status has moved. Their order is not the same. */
function progress(data) {
  const steps = data.steps ?? [];
  const now = [...steps.map((one) => `${one.name}:${one.status}`), data.status];
  if (page().dataset.shown.split(",").sort().join() !== now.sort().join()) {
    refresh();
    return;
  }
  // An event tells the parts of a long file as one step; each of them is on the page alone.
  if (page().querySelector('[data-pieces][data-status="processing"]') && !marking()) refresh(PARTS_AFTER);
  fill(page(), "[data-job-percent]", percent(data.progress));
  fill(page(), "[data-left]", data.eta_seconds ? t("upload.left", { time: roughly(data.eta_seconds) }) : "");
  if (stepWord(data)) fill(page(), "[data-doing]", stepWord(data));
  for (const one of steps) {
    const node = document.getElementById(`node-${one.name}`);
    fill(node, "[data-node-percent]", percent(one.progress));
    const bar = node?.querySelector("progress");
    if (bar) bar.value = one.progress;
    fill(document.getElementById(`step-${one.name}`), "[data-step-percent]", percent(one.progress));
  }
}

subscribe(`job:${id}`, (event) => {
  if (event.type === "snapshot" || event.type === "job.progress") progress(event.data ?? {});
  else if (event.type.startsWith("job.")) refresh();
  else if (event.code === "not_permitted") setTimeout(() => location.reload(), 1500);
});
document.addEventListener("portal:retried", () => refresh());

// What runs and waits just now grows older ------------------------------------------------------------------------
let began = performance.now();
setInterval(() => {
  const passed = (performance.now() - began) / 1000;
  for (const cell of document.querySelectorAll("#job [data-since]")) cell.textContent = span(Number(cell.dataset.since) + passed);
}, 1000);

/** A link to a piece opens the list that it stands in. */
function show() {
  const found = location.hash && document.getElementById(location.hash.slice(1));
  const list = found && found.closest("details");
  if (list) list.open = true;
}
addEventListener("hashchange", show);
show();
