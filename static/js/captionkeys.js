/** The keys of an open cue, and what each asks for. */

const STEP_MS = 100;

/**
 * What a key asks for, as a name and perhaps a value; null for one that writes or does nothing here.
 * `time` and `words` tell what it was pressed in.
 */
export function actOf(event, { time, words }) {
  if (event.isComposing) return null;
  const { key, code, altKey, shiftKey } = event;
  const control = event.ctrlKey || event.metaKey;
  if (key === "Escape") return ["leave"];
  if (key === "Enter") return ofEnter({ control, shiftKey, time, words });
  if (control && altKey) return key === "Backspace" ? ["delete"] : null;
  if (altKey) return { ArrowDown: ["go", 1], ArrowUp: ["go", -1], KeyN: ["insert"], KeyI: ["start"], KeyO: ["end"] }[key.startsWith("Arrow") ? key : code] ?? null;
  if (time && !control) return { ArrowUp: ["nudge", STEP_MS], ArrowDown: ["nudge", -STEP_MS] }[key] ?? null;
  return null;
}

function ofEnter({ control, shiftKey, time, words }) {
  if (control) return [shiftKey ? "merge" : "split"];
  if (time) return ["commit"];
  return words && !shiftKey ? ["next"] : null;
}
