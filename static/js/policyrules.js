/** The editor of a policy's rules: cards by kind, with chips, thresholds, and other ones for regions and ages. */

import { bands, meant, shown } from "./policyband.js";
import { locale } from "./words.js";

const copyOf = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
const regions = new Intl.DisplayNames([locale], { type: "region", fallback: "none" });

/** The editor of what stands under `root`. `rules` are changed in place; `changed` is told whenever one is. */
export function editor(root, { config, words, rules, changed }) {
  const list = root.querySelector("[data-rules]");
  const kinds = new Map(config.kinds.map((kind) => [kind.value, kind]));
  const choice = root.querySelector("[data-new-kind]");
  choice.append(...config.kinds.map(({ value, word }) => new Option(word, value)));
  document.getElementById("known-labels").append(...config.labels.map((label) => new Option(label)));

  function draw() {
    list.replaceChildren(...rules.map(cardOf));
    root.querySelector("[data-no-rules]").hidden = rules.length > 0;
  }

  function cardOf(rule) {
    const card = copyOf("rule-template");
    const kind = kinds.get(rule.kind);
    const find = (selector) => card.querySelector(selector);
    find("[data-kind-word]").textContent = kind.word;
    find("[data-hint]").textContent = kind.hint;
    const key = find("[data-key]");
    const remove = find("[data-remove-rule]");
    const name = () => {
      remove.setAttribute("aria-label", words.removeRule.replace("{name}", rule.key));
      remove.title = remove.getAttribute("aria-label");
    };
    key.value = rule.key;
    name();
    key.addEventListener("input", () => {
      rule.key = key.value.trim();
      name();
      changed();
    });
    remove.addEventListener("click", () => {
      const place = rules.indexOf(rule);
      rules.splice(place, 1);
      draw();
      (list.children[Math.min(place, rules.length - 1)] ?? choice).focus();
      changed();
    });
    fieldsOf(card, rule, kind);
    placesOf(card, rule, kind);
    bands(card, rule, { scale: kind.scale, words, changed });
    overridesOf(card, rule, kind);
    return card;
  }

  /** Which field of a file or a person is asked for, and the names or the number that go with it. */
  function fieldsOf(card, rule, kind) {
    const part = card.querySelector('[data-part="field"]');
    part.hidden = !kind.fields.length;
    if (!kind.fields.length) return namesOf(card, rule, kind, config.names[kind.value] ?? null);
    const select = part.querySelector("[data-field]");
    select.append(...kind.fields.map(({ value, word }) => new Option(word, value)));
    select.value = rule.field || kind.fields[0].value;
    const follow = () => {
      const field = kind.fields.find(({ value }) => value === select.value);
      rule.field = field.value;
      aboveOf(card, rule, field);
      if (field.number) card.querySelector('[data-part="names"]').hidden = true;
      else namesOf(card, rule, kind, field.choices.length ? field.choices : null);
    };
    select.addEventListener("change", () => {
      rule.names = [];
      rule.above = 0;
      follow();
      changed();
    });
    follow();
  }

  function aboveOf(card, rule, field) {
    const part = card.querySelector('[data-part="above"]');
    part.hidden = !field.number;
    part.querySelector("[data-above-word]").textContent = field.word;
    const input = part.querySelector("[data-above]");
    input.value = field.number ? Number(((rule.above ?? 0) / field.factor).toFixed(3)) : "";
    input.oninput = () => {
      rule.above = Number(input.value) * field.factor;
      changed();
    };
  }

  /** What it looks for: a few choices to tick, or words to type. */
  function namesOf(card, rule, kind, choices) {
    const part = card.querySelector('[data-part="names"]');
    const takesNames = kind.named || choices || kind.fields.length;
    part.hidden = !takesNames || (choices && !choices.length && !rule.names.length);
    if (part.hidden) return;
    part.setAttribute("aria-label", part.querySelector("[data-names-word]").textContent);
    const hint = part.querySelector("[data-names-hint]");
    hint.textContent = words.all;
    const told = () => {
      hint.hidden = kind.named || Boolean(kind.fields.length) || rule.names.length > 0;
      standsOf(part, rule, choices);
    };
    part.querySelector("[data-chips]").hidden = Boolean(choices);
    const ticks = part.querySelector("[data-choices]");
    ticks.hidden = !choices;
    if (choices) ticks.replaceChildren(...choicesOf(choices, rule, "names", told));
    else chipsOf(part, rule, kind, told);
    told();
  }

  /** The labels that the topics stand for. */
  function standsOf(part, rule, choices) {
    const labels = [...new Set((choices ?? []).filter(({ value }) => rule.names.includes(value)).flatMap((one) => one.labels ?? []))];
    part.querySelector("[data-stands]").hidden = !labels.length;
    part.querySelector("[data-labels]").textContent = labels.join(" · ");
  }

  function choicesOf(choices, rule, field, told = () => {}) {
    const known = choices.map(({ value }) => value);
    const gone = rule[field].filter((name) => !known.includes(name)).map((value) => ({ value, word: value }));
    return [...choices, ...gone].map(({ value, word }) => {
      const label = copyOf("choice-template");
      const box = label.querySelector("input");
      label.querySelector("span").textContent = word;
      box.checked = rule[field].includes(value);
      box.addEventListener("change", () => {
        rule[field] = box.checked ? [...rule[field], value] : rule[field].filter((name) => name !== value);
        told();
        changed();
      });
      return label;
    });
  }

  function chipsOf(part, rule, kind, told) {
    const typing = part.querySelector("[data-typing]");
    const input = part.querySelector("[data-add]");
    if (kind.value === "label") input.setAttribute("list", "known-labels");
    const show = () => {
      for (const chip of part.querySelectorAll(".chip")) chip.remove();
      typing.before(...rule.names.map(chipOf));
      told();
    };
    const chipOf = (name) => {
      const chip = copyOf("chip-template");
      const button = chip.querySelector("button");
      chip.querySelector("bdi").textContent = name;
      button.setAttribute("aria-label", words.remove.replace("{name}", name));
      button.title = button.getAttribute("aria-label");
      button.addEventListener("click", () => {
        rule.names = rule.names.filter((one) => one !== name);
        show();
        input.focus();
        changed();
      });
      return chip;
    };
    const take = () => {
      const names = input.value.split(/[,،\n]/).map((one) => one.trim().replace(/\s+/g, " ")).filter(Boolean);
      if (!names.length) return;
      rule.names = [...new Set([...rule.names, ...names])];
      input.value = "";
      show();
      changed();
    };
    input.onkeydown = (event) => {
      if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        take();
      } else if (event.key === "Backspace" && !input.value && rule.names.length) {
        rule.names = rule.names.slice(0, -1);
        show();
        changed();
      }
    };
    input.oninput = () => /[,،]/.test(input.value) && take();
    input.onblur = take;
    show();
  }

  function placesOf(card, rule, kind) {
    const part = card.querySelector('[data-part="places"]');
    part.hidden = !kind.places.length;
    if (part.hidden) return;
    if (!rule.places.length) rule.places = kind.places.map(({ value }) => value);
    part.querySelector("[data-places]").replaceChildren(...choicesOf(kind.places, rule, "places"));
  }

  function overridesOf(card, rule, kind) {
    const part = card.querySelector('[data-part="overrides"]');
    const rows = part.querySelector("[data-overrides]");
    const show = () => {
      rows.replaceChildren(...rule.overrides.map(rowOf));
      part.querySelector("[data-overrides-count]").textContent = rule.overrides.length || "";
    };
    const rowOf = (one) => {
      const row = copyOf("override-template");
      const region = row.querySelector("[data-region]");
      const tell = () => {
        const code = region.value.trim().toUpperCase();
        one.region = code;
        row.querySelector("[data-region-name]").textContent = /^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? "") : "";
      };
      region.value = one.region;
      region.addEventListener("input", () => {
        tell();
        changed();
      });
      tell();
      const rating = row.querySelector("[data-rating]");
      rating.append(...config.ratings.map(({ value, word }) => new Option(word, value)));
      rating.value = one.rating;
      rating.addEventListener("change", () => {
        one.rating = rating.value;
        changed();
      });
      for (const unit of row.querySelectorAll("[data-unit]")) unit.textContent = words[`unit.${kind.scale}`] ?? "";
      for (const field of row.querySelectorAll("[data-over]")) {
        const name = field.dataset.over;
        field.value = shown(one[name], kind.scale);
        field.addEventListener("input", () => {
          one[name] = meant(field.value, kind.scale);
          changed();
        });
      }
      row.querySelector("[data-remove-override]").addEventListener("click", () => {
        rule.overrides.splice(rule.overrides.indexOf(one), 1);
        show();
        part.querySelector("[data-add-override]").focus();
        changed();
      });
      return row;
    };
    part.querySelector("[data-add-override]").addEventListener("click", () => {
      rule.overrides.push({ region: "", rating: "", review: rule.review, block: rule.block });
      show();
      rows.lastElementChild.querySelector("[data-region]").focus();
      changed();
    });
    part.open = rule.overrides.length > 0;
    show();
  }

  /** A key that no other rule has: the kind, with a number where it is needed. */
  function keyFor(kind) {
    const taken = new Set(rules.map(({ key }) => key));
    let key = kind;
    for (let number = 2; taken.has(key); number += 1) key = `${kind}-${number}`;
    return key;
  }

  root.querySelector("[data-add-rule]").addEventListener("click", () => {
    const kind = kinds.get(choice.value);
    const usual = { share: 0.6, people: 1, yes: 1 }[kind.scale];
    const field = kind.fields[0]?.value ?? "";
    rules.push({ key: keyFor(kind.value), kind: kind.value, names: [], places: [], field, above: 0, review: usual, block: null, overrides: [] });
    draw();
    list.lastElementChild.focus();
    list.lastElementChild.scrollIntoView({ block: "nearest" });
    changed();
  });

  draw();
  return { list };
}

/** Say beside the fields of the rules what is wrong; those that have no place are given back. */
export function refuse(list, errors) {
  const rest = [];
  for (const error of errors) {
    const place = error.field.match(/^rules\[(\d+)\](?:\.(\w+))?(?:\[(\d+)\])?/);
    const card = place && list.children[Number(place[1])];
    const row = card && place[3] !== undefined ? card.querySelectorAll("[data-override]")[Number(place[3])] : null;
    const word = row ? row.querySelector("[data-wrong-override]") : card?.querySelector(`[data-wrong="${place[2] ?? ""}"]`);
    if (!word) {
      rest.push(error);
      continue;
    }
    if (row) row.closest("details").open = true;
    word.textContent = word.hidden ? error.detail : `${word.textContent} ${error.detail}`;
    word.hidden = false;
  }
  return rest;
}
