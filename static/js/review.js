/** The keys of the review desk: J and K walk the rows, arrows walk the sessions. */

const isTyping = (element) => Boolean(element.closest("input, textarea, select, [contenteditable]"));

/** Move the focus to the next or previous row's link. Enter then opens it: it is a link. */
function walk(step) {
  const links = [...document.querySelectorAll("[data-review-rows] .review-row a:first-child")];
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const follow = (name) => document.querySelector(`[data-review="${name}"]`)?.click();

const KEYS = {
  j: () => walk(1),
  k: () => walk(-1),
  ArrowLeft: () => follow("prev"),
  ArrowRight: () => follow("next"),
  u: () => follow("list"),
};

document.addEventListener("keydown", (event) => {
  const off = document.documentElement.dataset.singleKeys === "off";
  if (off || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const run = KEYS[event.key];
  if (!run) return;
  event.preventDefault();
  run();
});
