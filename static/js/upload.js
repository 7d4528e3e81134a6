/** The upload page: Uppy's Dashboard for what is being sent, wishes beside it, and a board of how every file stands. */

import { Dashboard } from "../vendor/uppy.min.js";
import { earlyFiles, filesOf } from "./dropped.js";
import { takeOver } from "./handover.js";
import { importBox } from "./importing.js";
import { toast } from "./tell.js";
import { stillOf } from "./uploadstill.js";
import { Desk, plainSum } from "./uploaddesk.js";
import { Ledger } from "./uploadledger.js";
import { openUploader, optionsOf } from "./uploader.js";
import { Pile } from "./uploadpile.js";
import { Rows } from "./uploadrows.js";
import { takeSeat } from "./uploadseat.js";
import { collectionOf, fieldsOf, fillCollections, keepWishes, wishesOf } from "./uploadwishes.js";
import { t } from "./words.js";

const page = document.getElementById("upload");
const part = (id) => document.getElementById(id);
const owner = page.dataset.owner;

const desk = new Desk(new Ledger(owner, { follow: page.dataset.follow !== "no" }), new Pile(owner));
const rows = new Rows(part("rows"), desk, part("again"));
desk.addEventListener("change", show);
part("clear").addEventListener("click", () => desk.ledger.clear());
part("pause-all").addEventListener("click", () => desk.toggleAll());
importBox(part("import"), { ledger: desk.ledger, wishes: () => wishesOf({ meta: {} }) });
show();
start();

async function start() {
  const [seat, shelves] = await Promise.all([takeSeat(owner), fillCollections(page.dataset.collections)]);
  keepWishes();
  const uploader = await openUploader({ ...optionsOf(page), ...seat, wishes: wishesOf, collection: collectionOf });
  const count = () => seat.note(uploader.counts());
  uploader.addEventListener("change", count);
  desk.join(uploader);
  face(uploader, shelves);
  hear(uploader);
  count();
  const handed = [...(await earlyFiles()), ...(await takeOver())];
  if (handed.length) uploader.add(handed);
}

function face({ uppy }, shelves) {
  uppy.use(Dashboard, {
    target: "#dashboard", inline: true, width: "100%", height: "100%", theme: "light", note: page.dataset.note, metaFields: fieldsOf(shelves), fileManagerSelectionType: "both",
    proudlyDisplayPoweredByUppy: false, singleFileFullScreen: false, hideProgressDetails: true, disableInformer: true, doneButtonHandler: null,
  });
  helpOut(part("dashboard"));
  for (const file of uppy.getFiles()) still(uppy, file);
  uppy.on("file-added", (file) => still(uppy, file));
  part("dashboard").removeAttribute("aria-busy");
}

/** What the Dashboard leaves out: that a single file is a list too, and that Escape leaves a file's details. */
function helpOut(board) {
  const name = () => board.querySelector(".uppy-Dashboard-files:not([role])")?.setAttribute("role", "list");
  new MutationObserver(name).observe(board, { childList: true, subtree: true });
  name();
  board.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.target.closest(".uppy-Dashboard-FileCard")?.querySelector(".uppy-DashboardContent-back").click();
  });
}

/** A picture of a video, so that the files are told apart by what they show. */
async function still(uppy, file) {
  const preview = await stillOf(file);
  if (preview && uppy.getFile(file.id)) uppy.setFileState(file.id, { preview });
}

/** Dropping and pasting count on the whole page; what happens on the Dashboard is its own. */
function hear(uploader) {
  const foreign = (event) => !event.target.closest?.(".uppy-Root");
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const over = (change) => {
    depth = Math.max(0, depth + change);
    page.classList.toggle("over", depth > 0);
  };
  addEventListener("dragenter", (event) => { if (carries(event)) over(1); });
  addEventListener("dragleave", (event) => { if (carries(event)) over(-1); });
  addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  addEventListener("drop", () => over(-depth), true);
  addEventListener("drop", async (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    uploader.add(await filesOf(event.dataTransfer));
  });
  addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length && foreign(event)) uploader.add([...event.clipboardData.files]);
  });
  part("files").addEventListener("change", (event) => {
    uploader.add([...event.target.files]);
    event.target.value = "";
  });
  addEventListener("beforeunload", (event) => { if (uploader.fragile()) event.preventDefault(); });
  document.addEventListener("live", (event) => { if (event.detail.state === "signed-out") toast(t("signedOut")); });
}

function show() {
  const sum = desk.sum();
  rows.show();
  part("list").hidden = !sum.lines;
  part("list-title").textContent = t("upload.files", { n: sum.files || sum.lines });
  part("list-sum").textContent = sum.files ? plainSum(sum) : "";
  part("clear").hidden = !sum.over;
  const pause = part("pause-all");
  pause.hidden = sum.flowing + sum.paused < 2;
  pause.textContent = t(sum.flowing ? "upload.pauseAll" : "upload.resumeAll");
  const bar = part("list-bar");
  bar.hidden = !sum.total;
  bar.value = sum.total ? (100 * sum.sent) / sum.total : 0;
}
