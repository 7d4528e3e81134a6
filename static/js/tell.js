/** Telling a person something short: seen for a moment, or only heard. */

/** Say it to a screen reader. */
export function say(text) {
  const region = document.getElementById("say");
  if (region) region.textContent = text;
}

/** Show a line at the foot of the page for some seconds. */
export function toast(text) {
  const holder = document.getElementById("toasts");
  if (!holder) return;
  const line = document.createElement("div");
  line.className = "toast-line";
  line.textContent = text;
  holder.append(line);
  setTimeout(() => line.remove(), 5000);
}
