/** The admin's few behaviours: parts as tabs, JSON checked while it is typed, previews, names. */

const later = (run, wait) => {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(run, wait); };
};

/** Show one part of a long form at a time. Parts that are always there have the class `always`. */
function makeTabs(bar) {
  const form = bar.closest("form");
  const parts = [...form.querySelectorAll("fieldset.module:not(.inline-group fieldset, .always), .inline-group")]
    .map((element) => ({ element, heading: element.querySelector(".fieldset-heading, h2, .inline-heading") }))
    .filter(({ heading }) => heading);
  const show = (chosen) => {
    for (const part of parts) {
      const isChosen = part === chosen;
      part.element.classList.toggle("tab-hidden", !isChosen);
      part.button.setAttribute("aria-selected", String(isChosen));
      part.button.tabIndex = isChosen ? 0 : -1;
    }
  };
  for (const part of parts) {
    part.button = document.createElement("button");
    part.button.type = "button";
    part.button.role = "tab";
    part.button.textContent = part.heading.textContent.trim();
    part.button.toggleAttribute("data-errors", Boolean(part.element.querySelector(".errors, .errorlist")));
    part.button.addEventListener("click", () => show(part));
    part.heading.classList.add("tab-hidden");
    bar.append(part.button);
  }
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = parts.findIndex((part) => part.button === document.activeElement);
    if (!step || at < 0) return;
    const next = parts[(at + step + parts.length) % parts.length];
    show(next);
    next.button.focus();
  });
  bar.hidden = false;
  show(parts.find((part) => part.button.hasAttribute("data-errors")) ?? parts[0]);
}

/** Line and column of what JSON.parse complained about, however the browser words it. */
function placeOf(error, text) {
  const lineColumn = /line (\d+) column (\d+)/.exec(error.message);
  if (lineColumn) return `Line ${lineColumn[1]}, column ${lineColumn[2]}`;
  const position = /position (\d+)/.exec(error.message);
  const before = text.slice(0, position ? Number(position[1]) : text.length).split("\n");
  return `Line ${before.length}, column ${before.at(-1).length + 1}`;
}

function checkJson(area) {
  const problem = document.createElement("p");
  problem.className = "json-problem";
  problem.setAttribute("role", "status");
  area.after(problem);
  const check = () => {
    try {
      if (area.value.trim()) JSON.parse(area.value);
      area.removeAttribute("aria-invalid");
      problem.textContent = "";
    } catch (error) {
      area.setAttribute("aria-invalid", "true");
      problem.textContent = `${placeOf(error, area.value)}: this is no JSON.`;
    }
  };
  area.addEventListener("input", later(check, 300));
}

/** Keep the preview below a template up to date while either changes. */
function keepPreview(panel, template) {
  template.closest(".form-row").after(panel);
  const form = template.form;
  const metadata = panel.querySelector("[data-preview-metadata]");
  const session = panel.querySelector("[data-preview-session]");
  const result = panel.querySelector("[data-preview-result]");
  let asked = 0;
  const update = async () => {
    const number = ++asked;
    const body = new URLSearchParams({
      csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value,
      agent: panel.dataset.agent,
      template: template.value,
      metadata: metadata.value,
      session: session.value,
      metadata_schema: form.elements.metadata_schema?.value ?? "",
    });
    const response = await fetch(panel.dataset.url, { method: "POST", body });
    if (number === asked && response.ok) result.innerHTML = await response.text();
  };
  for (const field of [template, metadata, session, form.elements.metadata_schema]) {
    field?.addEventListener("input", later(update, 400));
  }
  update();
}

/** Names for what the stock admin leaves without one. */
function nameTheNameless() {
  for (const tip of document.querySelectorAll(".help-tooltip[aria-label]")) tip.role = "img";
  document.getElementById("searchbar")?.setAttribute("aria-label", "Search");
  const nameless = ".vDateField, .vTimeField, .select2-selection, .select2-selection__rendered";
  for (const field of document.querySelectorAll(nameless)) {
    const label = field.closest(".form-row")?.querySelector("label, legend");
    if (!label) continue;
    field.setAttribute("aria-label", label.textContent.trim().replace(/:$/, ""));
    field.removeAttribute("aria-labelledby");
  }
}

addEventListener("load", nameTheNameless);
document.querySelectorAll("[data-json]").forEach(checkJson);
const template = document.querySelector("[data-template]");
const panel = document.querySelector("[data-preview]");
if (panel && template) keepPreview(panel, template);
document.querySelectorAll("[data-tabs]").forEach(makeTabs);
