/** The pictures of the asset on this page: its poster is chosen, frames are captured, each by a small job. */

import { Problem, call, csrf, parse } from "./http.js";
import { subscribe } from "./live.js";
import { say, toast } from "./tell.js";
import { t } from "./words.js";

const PANEL = "#panel-pictures";
const page = document.getElementById("asset");
const address = `/api/v1/assets/${page.dataset.asset}/`;
const body = () => document.getElementById("pictures");
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Long enough for a queue with something in it; a job goes on when nobody waits. */
const WAIT_MS = 120_000;
const ASK_MS = 1_500;

/** Say what is being done, or nothing. */
function doing(text) {
  const word = body()?.querySelector(".pictures-word");
  if (!word) return;
  word.textContent = text;
  word.hidden = !text;
}

function wrong(problem) {
  const word = body()?.querySelector(".wrong-word");
  if (!word) return;
  word.textContent = problem ? (problem instanceof Problem && problem.message) || t("noAnswer") : "";
  word.hidden = !problem;
}

/** The second that the player stands at. */
const second = () => document.querySelector("[data-player] video")?.currentTime ?? 0;

/** Show the panel anew; it stays open, and the focus where it was. */
async function refresh() {
  const open = body()?.open;
  const focus = document.activeElement?.id;
  const panel = document.querySelector(PANEL);
  await window.htmx.ajax("GET", panel.getAttribute("hx-get"), { target: PANEL, swap: "innerHTML" });
  if (open && body()) body().open = true;
  if (focus) document.getElementById(focus)?.focus();
}

/** Wait until a job has ended; told by the line, and asked for now and then. Throws when it failed. */
async function ended(job) {
  let over = null;
  const leave = subscribe(`job:${job.job_id}`, (event) => {
    if (["completed", "failed", "cancelled"].includes(event.data?.status)) over = event.data;
  });
  try {
    const until = Date.now() + WAIT_MS;
    let asked = Date.now();
    while (!over && Date.now() < until) {
      await wait(150);
      if (over || Date.now() - asked < ASK_MS) continue;
      asked = Date.now();
      const found = await call("GET", job.status_url);
      if (["completed", "failed", "cancelled"].includes(found.status)) over = found;
    }
  } finally {
    leave();
  }
  if (!over) throw new Problem({ detail: t("pictures.late") }, 0);
  if (over.status !== "completed") throw new Problem({ detail: over.error?.detail ?? t("pictures.failed") }, 0);
}

let busy = false;
/** Do one thing at a time: say so, wait for it, show what came of it. */
async function act(button, words, work) {
  if (busy) return;
  busy = true;
  button.setAttribute("aria-busy", "true");
  wrong(null);
  doing(words);
  try {
    await work();
  } catch (problem) {
    wrong(problem);
  } finally {
    busy = false;
    button.removeAttribute("aria-busy");
    doing("");
  }
}

async function choose(wish) {
  await ended(await call("POST", `${address}poster`, wish));
  await shown();
}

async function shown() {
  await refresh();
  const poster = body()?.querySelector(".pictures-poster img");
  const video = document.querySelector("[data-player] video");
  if (poster && video) video.poster = poster.src;
  say(t("pictures.chosen"));
  toast(t("pictures.chosen"));
}

async function send(file) {
  const form = new FormData();
  form.append("file", file, file.name);
  let answer;
  try {
    answer = await fetch(`${address}poster`, { method: "POST", body: form, credentials: "same-origin", headers: { Accept: "application/json", "X-CSRFToken": csrf() } });
  } catch {
    throw new Problem({}, 0);
  }
  const document_ = parse(await answer.text());
  if (!answer.ok) throw new Problem(document_ ?? {}, answer.status);
  await ended(document_);
  await shown();
}

/** Have the frame at a second taken in its own size, and save it. */
async function capture(at) {
  const job = await call("POST", `${address}captures`, { timestamps: [at], format: "png" });
  await ended(job);
  const { results } = await call("GET", `${address}captures?job=${job.job_id}`);
  await refresh();
  if (!results[0]) throw new Problem({ detail: t("pictures.failed") }, 0);
  const link = Object.assign(document.createElement("a"), { href: results[0].download_url, download: results[0].filename });
  document.body.append(link);
  link.click();
  link.remove();
  say(t("pictures.captured"));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#pictures button");
  if (!button) return;
  const { poster, uncapture } = button.dataset;
  if (poster) act(button, t("pictures.taking"), () => choose({ thumbnail: poster }));
  else if ("posterHere" in button.dataset) act(button, t("pictures.taking"), () => choose({ timestamp: second() }));
  else if ("captureHere" in button.dataset) act(button, t("pictures.taking"), () => capture(second()));
  else if ("posterSend" in button.dataset) document.getElementById("pictures-file").click();
  else if ("posterReset" in button.dataset) act(button, "", async () => {
    await call("DELETE", `${address}poster`);
    await shown();
  });
  else if (uncapture) act(button, "", async () => {
    await call("DELETE", `${address}captures/${uncapture}`);
    await refresh();
  });
});
document.addEventListener("change", (event) => {
  if (event.target.id !== "pictures-file" || !event.target.files[0]) return;
  const [file] = event.target.files;
  act(document.getElementById("pictures-send"), t("pictures.sending"), () => send(file));
  event.target.value = "";
});

// What the first processing makes comes in by itself.
let soon = 0;
subscribe(`asset:${page.dataset.asset}`, (event) => {
  if (event.type !== "variant.ready" || !["poster", "thumbnail", "preview"].includes(event.data?.variant_type) || busy) return;
  soon ||= setTimeout(() => {
    soon = 0;
    refresh();
  }, 1200);
});
