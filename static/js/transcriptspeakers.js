/** Who speaks in a transcript: all segments of somebody are renamed at once, and two of one name are one. */

const dialog = document.getElementById("transcript-speakers");

/** Start it for a pane; `cues()` are its segments, `change(word, cues)` takes others and offers the way back. */
export function startSpeakers(pane, { cues, change }) {
  const names = () => [...new Set(cues().map((cue) => cue.speaker).filter(Boolean))];
  const offered = pane.querySelector("#transcript-names");
  pane.addEventListener("focusin", (event) => {
    if (!event.target.matches(".cue-speaker")) return;
    offered.replaceChildren(...names().map((value) => Object.assign(document.createElement("option"), { value })));
  });
  if (!dialog) return;
  const place = dialog.querySelector(".transcript-speakers");
  pane.querySelector("[data-speakers]").addEventListener("click", () => {
    const found = names();
    dialog.querySelector("[data-speakers-none]").hidden = found.length > 0;
    dialog.querySelector("[data-speakers-hint]").hidden = found.length === 0;
    dialog.querySelector(".button.main").hidden = found.length === 0;
    place.replaceChildren(...found.map((name, index) => {
      const field = Object.assign(document.createElement("div"), { className: "field" });
      const input = Object.assign(document.createElement("input"), { id: `speaker-${index}`, className: "input", value: name, maxLength: 100, dir: "auto", autocomplete: "off" });
      input.dataset.was = name;
      const label = Object.assign(document.createElement("label"), { htmlFor: input.id });
      label.append(Object.assign(document.createElement("bdi"), { textContent: name }));
      field.append(label, input);
      return field;
    }));
    dialog.showModal();
  });
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    const called = new Map([...place.querySelectorAll("input")].map((input) => [input.dataset.was, input.value.trim()]));
    if ([...called].every(([was, name]) => was === name)) return;
    change("transcript.renamed", cues().map((cue) => (called.has(cue.speaker) ? { ...cue, speaker: called.get(cue.speaker) } : cue)));
  });
}
