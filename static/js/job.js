/** The page of one job: draws what waits for what, and follows the work. */

import { subscribe } from "./live.js";
import { percent, span, stepWord, t } from "./words.js";

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

let open = [];
let scrolled = 0;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "job") return;
  open = [...page().querySelectorAll("details[open]")].map((one) => one.id);
  scrolled = page().querySelector(".graph")?.scrollLeft ?? 0;
});
document.addEventListener("htmx:afterSwap", () => {
  for (const name of open) document.getElementById(name)?.setAttribute("open", "");
  const graph = page().querySelector(".graph");
  if (graph) graph.scrollLeft = scrolled;
  began = performance.now();
  watch();
});

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
  if (page().querySelector('[data-pieces][data-status="processing"]')) refresh(PARTS_AFTER);
  fill(page(), "[data-job-percent]", percent(data.progress));
  fill(page(), "[data-left]", data.eta_seconds ? t("upload.left", { time: span(data.eta_seconds) }) : "");
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
