/**
 * Applies the changes of a streamed answer to its blocks. The server renders; here HTML is placed.
 *
 * A change is `{index, offset, length, html}`: add at the end of a block that so far shows `offset`
 * characters of its source; or `{index, html, closed, length}`: this is the block now.
 */

const INNER =
  "p, li, ul, ol, blockquote, h3, h4, h5, h6, div.code, pre, pre > code, div:not([class])";

export function applyChange(container, change) {
  if ("offset" in change) append(container, change);
  else render(container, change);
}

/** Whether nothing is missing: a block that missed something waits to be rendered again. */
export function append(container, { index, offset, length, html }) {
  const block = container.querySelector(`:scope > [data-block="${index}"]`);
  if (!block || Number(block.dataset.length) !== offset) return false;
  deepestLast(block).insertAdjacentHTML("beforeend", html);
  block.dataset.length = offset + length;
  return true;
}

function render(container, { index, html, closed, length }) {
  let block = container.querySelector(`:scope > [data-block="${index}"]`);
  if (block?.dataset.closed) return;
  if (!block) {
    block = document.createElement("div");
    Object.assign(block, { className: "block", dir: "auto" });
    block.dataset.block = index;
    container.append(block);
  }
  block.dataset.length = length;
  if (closed) block.dataset.closed = "true";
  // Morphing keeps what is selected and what has the focus.
  if (block.childNodes.length) globalThis.Idiomorph.morph(block, html, { morphStyle: "innerHTML" });
  else block.innerHTML = html;
}

/** The element in which the text of a block ends. */
function deepestLast(block) {
  let element = block;
  while (element.lastElementChild?.matches(INNER)) element = element.lastElementChild;
  return element;
}
