/** Telling a person something short: seen for a moment, or only heard. */

/** A region for words, in the open dialog where there is one: what lies under it is neither seen nor heard. */
function region(id) {
  const found = document.getElementById(id);
  const place = document.querySelector("dialog:modal") ?? document.body;
  if (found && found.parentElement !== place) place.append(found);
  return found;
}

/** Say it to a screen reader. */
export function say(text) {
  const holder = region("say");
  if (holder) holder.textContent = text;
}

/** Show a line at the foot of the page for some seconds. */
export function toast(text) {
  const holder = region("toasts");
  if (!holder) return;
  const line = document.createElement("div");
  line.className = "toast-line";
  line.textContent = text;
  holder.append(line);
  setTimeout(() => line.remove(), 5000);
}

/** Show a line at the foot of the page with one thing that may be done. */
export function offer(text, word, act) {
  const holder = region("toasts");
  if (!holder) return;
  const line = document.createElement("div");
  line.className = "toast-line";
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button slim", textContent: word });
  button.addEventListener("click", () => {
    line.remove();
    act();
  });
  line.append(text, button);
  holder.append(line);
  setTimeout(() => line.remove(), 12000);
}
