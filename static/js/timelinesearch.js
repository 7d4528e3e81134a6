/** Looking for words in the file on this page: where they stand is listed, and each place is gone to. */

import { seek } from "./captionfilm.js";
import { call } from "./http.js";
import { clock, t } from "./words.js";

/** Begin to search in a timeline. `nameOf` says what a kind is called. */
export function startSearch(root, nameOf) {
  const form = root.querySelector("[data-timeline-search]");
  const found = root.querySelector(".timeline-found");
  const [word, kinds, hits, more] = ["[role=status]", ".timeline-kinds", ".timeline-hits", "[data-timeline-more]"].map((one) => found.querySelector(one));
  const address = `/api/v1/assets/${root.dataset.asset}/moments/`;
  let asked = 0;
  let next = "";

  async function look(url, fresh) {
    const mine = ++asked;
    found.hidden = false;
    found.setAttribute("aria-busy", "true");
    more.disabled = true;
    if (fresh) {
      more.hidden = true;
      hits.replaceChildren(...[1, 2].map(() => wait()));
    }
    try {
      const page = await call("GET", url);
      if (mine === asked) show(page, fresh);
    } catch (problem) {
      if (mine === asked) failed(problem, url, fresh);
    } finally {
      if (mine === asked) {
        found.removeAttribute("aria-busy");
        more.disabled = false;
      }
    }
  }

  function show(page, fresh) {
    next = page.next ?? "";
    const rows = page.results.map(hit);
    if (fresh) hits.replaceChildren(...rows);
    else hits.append(...rows);
    more.hidden = !next;
    const n = hits.children.length;
    word.textContent = n ? t(next ? "timeline.foundMore" : "timeline.found", { n }) : t("timeline.none");
    if (page.facets && !chosen()) offer(page.facets.kinds);
  }

  function failed(problem, url, fresh) {
    word.textContent = problem.message || t("noAnswer");
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button slim";
    again.textContent = t("timeline.again");
    again.addEventListener("click", () => look(url, fresh));
    word.append(" ", again);
    if (fresh) hits.replaceChildren();
  }

  /** The kinds among what was found, to narrow it. */
  function offer(facets) {
    kinds.hidden = facets.length < 2;
    const choices = [{ kind: "", count: 0 }, ...facets].map(({ kind, count }) => {
      const label = document.createElement("label");
      const box = Object.assign(document.createElement("input"), { type: "radio", name: "timeline-kind", value: kind, checked: !kind });
      label.append(box, kind ? `${nameOf(kind)} ${count}` : t("timeline.all"));
      return label;
    });
    kinds.replaceChildren(...choices);
  }

  const chosen = () => kinds.querySelector("input:checked")?.value ?? "";
  const query = (kind) => new URLSearchParams({ q: form.elements.q.value.trim(), ...(kind ? { kind } : {}) });

  function hit(one) {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.second = one.start;
    const [time, words, kind] = ["time", "bdi", "span"].map((name) => document.createElement(name));
    time.className = "ltr figures";
    time.textContent = clock(one.start);
    words.textContent = one.text || one.label;
    kind.className = "small quiet";
    kind.textContent = nameOf(one.kind);
    button.append(time, words, kind);
    row.append(button);
    return row;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    kinds.replaceChildren();
    if (form.elements.q.value.trim()) look(`${address}?${query("")}`, true);
    else clear();
  });
  // The cross in the box, and an emptied box, end the search.
  form.elements.q.addEventListener("input", () => form.elements.q.value || clear());
  kinds.addEventListener("change", () => look(`${address}?${query(chosen())}`, true));
  more.addEventListener("click", () => look(next, false));
  hits.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button) seek(Number(button.dataset.second) * 1000);
  });

  function clear() {
    asked += 1;
    found.hidden = true;
    hits.replaceChildren();
  }
}

function wait() {
  const row = document.createElement("li");
  row.className = "skeleton";
  return row;
}
