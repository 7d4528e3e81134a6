/** The files of a drop, those inside dropped folders too. */

/** Every file, in the order in which the browser tells them; hidden ones are left out. */
export async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

/** What was dropped before the page could take it (`earlydrop.js`), once; from now on the page listens itself. */
export async function earlyFiles() {
  const drops = document.earlyDrops ?? [];
  document.earlyDrops = null;
  const found = await Promise.all(drops.map(filesOf));
  return found.flat();
}

async function walk(entry, found) {
  if (entry.name.startsWith(".")) return;
  if (entry.isFile) {
    found.push(await new Promise((resolve, reject) => { entry.file(resolve, reject); }));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) return;
    for (const inner of some) await walk(inner, found);
  }
}
