/** The timeline under the player: lanes of what was found, to be looked through, zoomed and gone to. */

import { now, seek } from "./captionfilm.js";
import { marksOf, momentAt, nextTo, sureOnes, ticksOf } from "./timelinemarks.js";
import { startSearch } from "./timelinesearch.js";
import { clock, percent, t } from "./words.js";

const PANEL = "#panel-timeline";
const MOST_ZOOM = 256;
const NARROWEST = 3;
const ROOM_OF_TICK = 72;
const FOLLOW_MS = 200;
const ROWS = 200;

let stop = () => {};

function start() {
  stop();
  stop = () => {};
  const root = document.getElementById("timeline");
  if (root?.dataset.document) stop = startBoard(root, JSON.parse(root.dataset.document));
}

function startBoard(root, { duration, lanes }) {
  const [view, inner, ruler, line] = ["window", "inner", "ruler", "now"].map((name) => root.querySelector(`.timeline-${name}`));
  const length = Math.max(duration, 0.1);
  const names = new Map(lanes.map((lane) => [lane.kind, lane.name]));
  const elements = new Map([...root.querySelectorAll(".timeline-lane")].map((one) => [one.dataset.kind, one]));
  let shown = lanes;
  let zoom = 1;

  // Drawing: only what is seen, and never more marks than there is room for.
  let owed = 0;
  const draw = () => (owed ||= requestAnimationFrame(() => {
    owed = 0;
    const wide = Math.max(view.clientWidth, 1) * zoom;
    const second = length / wide;
    const [from, until] = [(view.scrollLeft - view.clientWidth) * second, (view.scrollLeft + 2 * view.clientWidth) * second];
    for (const lane of shown) elements.get(lane.kind).replaceChildren(...marksOf(lane.moments, from, until, NARROWEST * second).map(mark));
    const ticks = ticksOf(length, Math.max(2, wide / ROOM_OF_TICK)).filter((at) => at >= from && at <= until);
    ruler.replaceChildren(...ticks.map(tick));
    follow(true);
  }));

  const share = (seconds) => `${(seconds / length) * 100}%`;
  function mark({ start: from, end, moments }) {
    const made = document.createElement("span");
    made.className = "timeline-mark";
    made.style.insetInlineStart = share(from);
    made.style.inlineSize = share(end - from);
    made.style.opacity = String(0.4 + 0.6 * Math.max(...moments.map((one) => one[2])));
    if (moments.length > 1) made.title = `${clock(from)} · ${t("timeline.many", { n: moments.length })}`;
    else made.title = wordsOf(moments[0]);
    return made;
  }
  function tick(at) {
    const made = document.createElement("span");
    made.style.insetInlineStart = share(at);
    made.textContent = clock(at);
    return made;
  }
  const wordsOf = (one) => t("timeline.hit", { time: clock(one[0]), words: `${one[3] ? `${one[3]}, ` : ""}${t("timeline.sure", { percent: percent(one[2] * 100) })}` });

  // Time.
  let stood = -1;
  const told = new Map();
  function follow(anyway) {
    const at = now() / 1000;
    if (at === stood && anyway !== true) return;
    stood = at;
    line.style.insetInlineStart = share(Math.min(at, length));
    for (const lane of shown) {
      const one = momentAt(lane.moments, at);
      // Who has a screen reader on a lane hears what is new there, and not the clock.
      if (anyway !== true && one === told.get(lane.kind)) continue;
      told.set(lane.kind, one);
      describe(lane.kind, one, at);
    }
  }
  function describe(kind, one, at) {
    const slider = elements.get(kind);
    slider.setAttribute("aria-valuenow", String(Math.round(Math.min(at, length))));
    slider.setAttribute("aria-valuetext", one ? wordsOf(one) : clock(at));
  }
  inner.addEventListener("focusin", ({ target }) => {
    const lane = shown.find((one) => one.kind === target.dataset?.kind);
    if (lane) describe(lane.kind, momentAt(lane.moments, now() / 1000), now() / 1000);
  });
  const timer = setInterval(follow, FOLLOW_MS);
  function go(second) {
    seek(Math.max(0, second) * 1000);
    const place = (second / length) * view.clientWidth * zoom;
    if (place < view.scrollLeft || place > view.scrollLeft + view.clientWidth) view.scrollLeft = place - view.clientWidth / 2;
    follow(true);
  }

  function zoomTo(wanted, around = now() / 1000) {
    const next = Math.min(MOST_ZOOM, Math.max(1, wanted));
    if (next === zoom) return;
    zoom = next;
    inner.style.inlineSize = `${zoom * 100}%`;
    view.scrollLeft = (around / length) * view.clientWidth * zoom - view.clientWidth / 2;
    draw();
  }

  const secondOf = (event) => {
    const box = inner.getBoundingClientRect();
    return (Math.min(Math.max(event.clientX - box.left, 0), box.width) / box.width) * length;
  };
  inner.addEventListener("click", (event) => {
    const at = secondOf(event);
    const lane = shown.find((one) => one.kind === event.target.closest(".timeline-lane")?.dataset.kind);
    const near = (NARROWEST * 2 * length) / (view.clientWidth * zoom);
    const marked = event.target.closest(".timeline-mark") && lane ? momentAt(lane.moments, at, near) : null;
    go(marked ? marked[0] : at);
  });
  view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomTo(event.deltaY < 0 ? zoom * 2 : zoom / 2, secondOf(event));
  }, { passive: false });
  view.addEventListener("scroll", draw, { passive: true });

  inner.addEventListener("keydown", (event) => {
    const lane = shown.find((one) => one.kind === event.target.dataset?.kind);
    if (!lane || event.ctrlKey || event.metaKey || event.altKey) return;
    const others = [...elements.values()];
    const place = others.indexOf(event.target);
    const to = {
      ArrowRight: () => nextTo(lane.moments, now() / 1000, true),
      ArrowLeft: () => nextTo(lane.moments, now() / 1000, false),
      Home: () => lane.moments[0],
      End: () => lane.moments.at(-1),
    }[event.key];
    if (to) {
      const one = to();
      if (one) go(one[0]);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") others[place + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    else if (event.key === "+" || event.key === "=") zoomTo(zoom * 2);
    else if (event.key === "-" || event.key === "−") zoomTo(zoom / 2);
    else return;
    event.preventDefault();
    event.stopPropagation(); // the player has keys of these names, too
  });
  for (const button of root.querySelectorAll("[data-timeline-zoom]")) button.addEventListener("click", () => zoomTo(button.dataset.timelineZoom === "in" ? zoom * 2 : zoom / 2));

  // What is sure enough.
  const sure = root.querySelector("[data-timeline-sure]");
  sure.addEventListener("input", () => {
    sure.parentElement.querySelector("output").textContent = percent(Number(sure.value));
    shown = lanes.map((lane) => ({ ...lane, moments: sureOnes(lane.moments, Number(sure.value) / 100) }));
    draw();
    tabulate();
  });

  // The same as a table.
  const table = root.querySelector(".timeline-table");
  const more = root.querySelector("[data-timeline-rows]");
  const toggle = root.querySelector("[data-timeline-table]");
  let left = [];
  function tabulate() {
    if (table.hidden) return;
    left = shown.flatMap((lane) => lane.moments.map((one) => [lane.kind, one])).sort((one, other) => one[1][0] - other[1][0]);
    table.querySelector("tbody").replaceChildren();
    fill();
  }
  function fill() {
    table.querySelector("tbody").append(...left.splice(0, ROWS).map(row));
    more.hidden = !left.length;
  }
  function row([kind, one]) {
    const made = document.createElement("tr");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link ltr figures";
    button.dataset.second = one[0];
    button.textContent = clock(one[0]);
    const words = document.createElement("bdi");
    words.textContent = one[3];
    for (const content of [button, names.get(kind), words, percent(one[2] * 100)]) {
      const cell = document.createElement("td");
      cell.append(content);
      made.append(cell);
    }
    return made;
  }
  toggle.addEventListener("click", () => {
    table.hidden = !table.hidden;
    root.querySelector(".timeline-board").hidden = !table.hidden;
    toggle.setAttribute("aria-pressed", String(!table.hidden));
    tabulate();
    if (table.hidden) draw();
  });
  more.addEventListener("click", fill);
  table.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-second]");
    if (button) go(Number(button.dataset.second));
  });

  startSearch(root, (kind) => names.get(kind) ?? kind);
  const size = new ResizeObserver(draw);
  size.observe(view);
  draw();
  return () => {
    clearInterval(timer);
    size.disconnect();
  };
}

/** The timeline could not be had: say so, and let it be asked for again. */
function lost(panel) {
  const notice = document.createElement("p");
  notice.className = "wrong-word small";
  notice.setAttribute("role", "alert");
  notice.textContent = t("noAnswer");
  const again = document.createElement("button");
  again.type = "button";
  again.className = "button edge slim";
  again.textContent = t("timeline.again");
  again.addEventListener("click", () => window.htmx.trigger(PANEL, "refresh"));
  panel.replaceChildren(notice, again);
}

const isOurs = (event) => event.target?.matches?.(PANEL) || event.detail?.target?.matches?.(PANEL);
document.addEventListener("htmx:afterSwap", (event) => isOurs(event) && start());
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => isOurs(event) && lost(document.querySelector(PANEL)));
}
start();
