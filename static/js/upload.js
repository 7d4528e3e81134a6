/** The upload page: rows of files, three on their way at a time, each followed until it is ready. */

import { takeOver } from "./handover.js";
import { Row } from "./uploadrow.js";
import { filesOf } from "./dropped.js";
import { plainSum } from "./uploadsum.js";
import { t } from "./words.js";

const AT_ONCE = 3;
const page = document.getElementById("upload");
const drop = document.getElementById("drop");
const list = document.getElementById("list");
const holder = document.getElementById("rows");
const clear = document.getElementById("clear");
const most = Number(page.dataset.most);
/** @type {Row[]} */
let rows = [];

function add(files) {
  const title = document.getElementById("wish-title").value.trim();
  const visibility = document.getElementById("wish-visibility").value;
  const options = Object.fromEntries([...document.querySelectorAll("[data-option]")].map((one) => [one.dataset.option, one.value]));
  for (const file of files) {
    const row = new Row(file, { most, wishes: { visibility, ...(title ? { title } : {}) }, options, changed: turn });
    rows.push(row);
    holder.append(row.element);
  }
  turn();
}

/** Start what may start, and say how it stands. */
function turn() {
  const flowing = rows.filter((row) => row.flowing).length;
  for (const row of rows.filter((one) => one.state === "waiting").slice(0, Math.max(0, AT_ONCE - flowing))) row.send();
  list.hidden = rows.length === 0;
  page.classList.toggle("busy", rows.length > 0);
  document.getElementById("list-title").textContent = t("upload.files", { n: rows.length });
  document.getElementById("list-sum").textContent = plainSum(rows);
  clear.hidden = !rows.some((row) => row.over);
}

clear.addEventListener("click", () => {
  for (const row of rows.filter((one) => one.over)) row.element.remove();
  rows = rows.filter((row) => !row.over);
  turn();
});

for (const button of document.querySelectorAll("[data-choose]")) {
  const input = document.getElementById(button.dataset.choose);
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    add([...input.files].filter((file) => !file.name.startsWith(".")));
    input.value = "";
  });
}

// Dropping anywhere on the page counts.
let depth = 0;
const over = (change) => {
  depth = Math.max(0, depth + change);
  drop.classList.toggle("over", depth > 0);
};
addEventListener("dragenter", () => over(1));
addEventListener("dragleave", () => over(-1));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", async (event) => {
  event.preventDefault();
  over(-depth);
  add(await filesOf(event.dataTransfer));
});
addEventListener("paste", (event) => {
  if (event.clipboardData?.files.length) add([...event.clipboardData.files]);
});

addEventListener("beforeunload", (event) => {
  if (rows.some((row) => row.flowing || row.state === "waiting")) event.preventDefault();
});

takeOver().then((files) => { if (files.length) add(files); });
