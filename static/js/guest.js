/** The page of a guest link: files go out as they are chosen, and each row ends with a word of thanks. */

import "./copying.js";
import { earlyFiles, filesOf } from "./dropped.js";
import { Desk, plainSum } from "./uploaddesk.js";
import { Ledger } from "./uploadledger.js";
import { openUploader, optionsOf } from "./uploader.js";
import { Rows } from "./uploadrows.js";
import { takeSeat } from "./uploadseat.js";
import { t } from "./words.js";

const page = document.getElementById("guest");
const part = (id) => document.getElementById(id);
const { owner } = page.dataset;

const desk = new Desk(new Ledger(owner, { follow: false }));
const rows = new Rows(part("rows"), desk, part("again"));
desk.addEventListener("change", show);
show();
start();

async function start() {
  const seat = await takeSeat(owner);
  const uploader = await openUploader({ ...optionsOf(page), ...seat });
  const count = () => seat.note(uploader.counts());
  uploader.addEventListener("change", count);
  desk.join(uploader);
  hear(uploader);
  count();
  page.dataset.ready = "";
  send(uploader, await earlyFiles());
}

function send(uploader, files) {
  if (!files.length) return;
  uploader.add(files);
  uploader.send();
}

function hear(uploader) {
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const over = (change) => {
    depth = Math.max(0, depth + change);
    page.classList.toggle("over", depth > 0);
  };
  addEventListener("dragenter", (event) => { if (carries(event)) over(1); });
  addEventListener("dragleave", (event) => { if (carries(event)) over(-1); });
  addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  addEventListener("drop", async (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    over(-depth);
    send(uploader, await filesOf(event.dataTransfer));
  });
  part("choose").addEventListener("click", () => part("files").click());
  part("files").addEventListener("change", (event) => {
    send(uploader, [...event.target.files]);
    event.target.value = "";
  });
  addEventListener("beforeunload", (event) => { if (uploader.fragile()) event.preventDefault(); });
}

function show() {
  const sum = desk.sum();
  rows.show();
  part("list").hidden = !sum.lines;
  part("list-title").textContent = t("upload.files", { n: sum.files });
  part("list-sum").textContent = sum.flowing ? plainSum(sum) : "";
}
