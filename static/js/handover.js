/** Files dropped on another page are carried to the upload page by the browser's own file store. */

import { t } from "./words.js";

const PLACE = "portal-dropped";

/** Watch this page for dropped files; nothing happens for those who may not upload. */
export function handOver() {
  const link = document.querySelector("[data-upload-link]");
  if (!link || !("indexedDB" in window)) return;
  let depth = 0;
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  const mark = (on) => document.body.classList.toggle("dragging", on);
  document.body.dataset.dropWord = t("dropToUpload");
  // A part of the page may take files itself, and prevents what would happen otherwise.
  const elsewhere = (event) => !event.target.closest?.("[data-takes-files]");
  addEventListener("dragenter", (event) => { if (carries(event)) { depth += 1; mark(elsewhere(event)); } });
  addEventListener("dragleave", (event) => { if (carries(event)) { depth = Math.max(0, depth - 1); if (!depth) mark(false); } });
  addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    depth = 0;
    mark(false);
    if (event.defaultPrevented) return;
    event.preventDefault();
    keep([...event.dataTransfer.files]).then(() => location.assign(link.href));
  });
}

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(PLACE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("files", { autoIncrement: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function keep(files) {
  const store = (await open()).transaction("files", "readwrite").objectStore("files");
  for (const file of files) store.add(file);
  await new Promise((resolve) => { store.transaction.oncomplete = resolve; });
}

/** The files that were dropped elsewhere, once; then the place is empty. */
export async function takeOver() {
  try {
    const store = (await open()).transaction("files", "readwrite").objectStore("files");
    const asked = store.getAll();
    await new Promise((resolve, reject) => { asked.onsuccess = resolve; asked.onerror = reject; });
    store.clear();
    return asked.result;
  } catch {
    return [];
  }
}
