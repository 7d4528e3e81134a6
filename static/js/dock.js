/** The dock: at the corner of every page, what is on its way goes on, and what was sent is followed until it is ready. */

import { Desk, shortSum } from "./uploaddesk.js";
import { Ledger } from "./uploadledger.js";
import { Rows } from "./uploadrows.js";
import { anythingHeld, draftsHeld, takeSeat } from "./uploadseat.js";
import { percent, t } from "./words.js";

const dock = document.getElementById("dock");
const FOLDED = "portal.dock";
async function open() {
  const { owner } = dock.dataset;
  const desk = new Desk(new Ledger(owner));
  const rows = new Rows(dock.querySelector("ol"), desk, dock.querySelector("input"));
  desk.addEventListener("change", () => show(desk, rows));
  act("fold", () => {
    fold(dock.dataset.folded !== "yes");
    sessionStorage.setItem(FOLDED, dock.dataset.folded);
  });
  act("all", () => desk.toggleAll());
  act("clear", () => desk.ledger.clear());
  foldAsWished(desk);
  show(desk, rows);
  const seat = anythingHeld(owner) && (await takeSeat(owner, { any: false }));
  if (!seat) return;
  const { openUploader, optionsOf } = await import("./uploader.js");
  const uploader = await openUploader({ ...optionsOf(dock), ...seat });
  const count = () => seat.note(uploader.counts());
  uploader.addEventListener("change", count);
  desk.join(uploader);
  foldAsWished(desk);
  count();
  addEventListener("beforeunload", (event) => { if (uploader.fragile()) event.preventDefault(); });
}

const part = (name) => dock.querySelector(`[data-dock="${name}"]`);
const act = (name, done) => part(name).addEventListener("click", done);

/** As a person left it; else open while something moves or waits for an answer, where there is room for it. */
function foldAsWished(desk) {
  const { files, over } = desk.sum();
  fold((sessionStorage.getItem(FOLDED) ?? (matchMedia("(width < 48rem)").matches || (files > 0 && over === files) ? "yes" : "no")) === "yes");
}

function fold(folded) {
  dock.dataset.folded = folded ? "yes" : "no";
  part("fold").setAttribute("aria-expanded", String(!folded));
}

function show(desk, rows) {
  const sum = desk.sum();
  const drafts = draftsHeld(dock.dataset.owner);
  dock.hidden = !sum.files && !drafts;
  if (dock.hidden) return;
  rows.show();
  part("title").textContent = sum.total ? `${t("state.uploading")} ${percent((100 * sum.sent) / sum.total)}` : t(sum.files ? "upload.files" : "upload.drafts", { n: sum.files || drafts });
  part("sum").textContent = sum.files ? shortSum(sum) : "";
  part("clear").hidden = !sum.over;
  part("all").hidden = !(sum.flowing + sum.paused);
  part("all").dataset.flowing = sum.flowing ? "yes" : "no";
  const word = t(sum.flowing ? "upload.pauseAll" : "upload.resumeAll");
  part("all").setAttribute("aria-label", word);
  part("all").title = word;
  part("bar").hidden = !sum.total;
  part("bar").value = sum.total ? (100 * sum.sent) / sum.total : 0;
  part("drafts").hidden = !drafts;
  part("drafts").textContent = sum.files ? t("upload.drafts", { n: drafts }) : t("upload.draftsOpen");
}

// Where the page has a board of its own, it is not told twice.
if (dock && !document.getElementById("upload")) open();
