/** "From an address": the portal fetches a file itself, and the ledger follows it like any other. */

import { call } from "./http.js";
import { t } from "./words.js";

/** Hand an address in. Returns the ledger's line; throws `Problem`. */
async function begin(url, wishes) {
  const { metadata, options } = wishes;
  const answer = await call("POST", "/api/v1/uploads/import", { url, metadata, processing_options: options });
  return { id: answer.upload_id, name: nameOf(url), size: 0, state: "fetching", upload: answer.upload_id, promised: answer.job_id, anew: () => begin(url, wishes) };
}

/** What to call it until its server has named it. */
function nameOf(url) {
  try {
    const { pathname, hostname } = new URL(url);
    return decodeURIComponent(pathname.split("/").filter(Boolean).at(-1) ?? hostname);
  } catch {
    return url;
  }
}

/** Bring a form to life. `wishes` is asked for `{ metadata, options }` at each file. */
export function importBox(form, { ledger, wishes }) {
  const field = form.querySelector("input");
  const button = form.querySelector("button");
  const error = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const url = field.value.trim();
    if (!url) {
      field.focus();
      return;
    }
    button.disabled = true;
    tell(error, field, null);
    try {
      ledger.add(await begin(url, wishes()));
      field.value = "";
    } catch (problem) {
      tell(error, field, problem);
    }
    button.disabled = false;
    field.focus();
  });
}

function tell(holder, field, problem) {
  holder.hidden = !problem;
  field.setAttribute("aria-invalid", String(Boolean(problem)));
  if (!problem) return;
  const [detail, code] = holder.children;
  detail.textContent = [problem.message || t("noAnswer"), ...problem.errors.map((one) => one.detail)].join(" ");
  code.dataset.copy = problem.code;
  code.firstElementChild.textContent = problem.code;
}
