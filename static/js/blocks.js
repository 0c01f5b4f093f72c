/**
 * Applies the changes of a streamed answer to its blocks. The server renders; here HTML is placed.
 *
 * `d` adds to a block that so far shows `offset` characters; `b` says what it looks like now.
 */

const INNER =
  "p, li, ul, ol, blockquote, h3, h4, h5, h6, div.code, pre, pre > code, div:not([class])";

/** Whether nothing is missing; a block that missed something waits to be rendered again. */
export function applyChange(container, change) {
  return change.t === "d" ? append(container, change) : render(container, change);
}

function append(container, { index, offset, length, html }) {
  const block = find(container, index);
  if (!block || Number(block.dataset.length) !== offset) return false;
  deepestLast(block).insertAdjacentHTML("beforeend", html);
  block.dataset.length = offset + length;
  return true;
}

function render(container, { index, html, closed, length }) {
  const block = find(container, index) ?? addBlock(container, index);
  // What somebody is selecting stays as it is until the block is finished.
  if (!closed && isSelectedIn(block)) return false;
  block.dataset.length = length;
  block.toggleAttribute("data-closed", closed);
  block.innerHTML = html;
  return true;
}

function find(container, index) {
  return container.querySelector(`:scope > [data-block="${index}"]`);
}

function addBlock(container, index) {
  const block = document.createElement("div");
  block.className = "block";
  block.dir = "auto";
  block.dataset.block = index;
  container.append(block);
  return block;
}

function isSelectedIn(block) {
  const selection = getSelection();
  return !selection.isCollapsed && block.contains(selection.anchorNode);
}

/** The element in which the text of a block ends. */
function deepestLast(block) {
  let element = block;
  while (element.lastElementChild?.matches(INNER)) element = element.lastElementChild;
  return element;
}
