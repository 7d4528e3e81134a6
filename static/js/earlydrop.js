/**
 * Files that are dropped while the page's modules still load are kept for them: the browser would open the file and
 * leave the page. A plain script in the head, so that it is there before anything can be dropped on.
 *
 * `document.earlyDrops` is the list of drops, each shaped as `filesOf` takes them; whoever takes them over sets it null.
 */

document.earlyDrops = [];

addEventListener("dragover", (event) => {
  if (document.earlyDrops && event.dataTransfer?.types.includes("Files")) event.preventDefault();
});

addEventListener("drop", (event) => {
  if (!document.earlyDrops || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  // The event's own lists are empty once it is over.
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  document.earlyDrops.push({ files: [...event.dataTransfer.files], items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })) });
});
