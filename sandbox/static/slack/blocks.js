// Block Kit, drawn as Slack draws it.

import { h } from "./dom.js";
import { element, image } from "./inputs.js";
import { drawn } from "./text.js";

const DRAW = {
  section: (surface, block) => [
    h(
      "div",
      { class: "said" },
      block.text && drawn(block.text.nodes),
      block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", {}, drawn(field.nodes)))),
    ),
    block.accessory && h("div", { class: `accessory of-${block.accessory.type}` }, element(surface, block, block.accessory)),
  ],
  header: (_surface, block) => h("h3", {}, drawn(block.text.nodes)),
  divider: () => h("hr"),
  context: (surface, block) =>
    block.elements.map((part) => (part.type === "image" ? image(surface, block, part) : h("span", { class: "said" }, drawn(part.nodes)))),
  actions: (surface, block) => block.elements.map((part) => h("span", { class: "deed" }, element(surface, block, part))),
  input: (surface, block) => {
    const choice = ["radio_buttons", "checkboxes"].includes(block.element.type);
    return [
      h(
        choice ? "span" : "label",
        { class: "label", for: choice ? null : `in-${block.block_id}` },
        drawn(block.label.nodes),
        block.optional && h("span", { class: "optional" }, ` (${surface.optional})`),
      ),
      element(surface, block, block.element, Boolean(block.dispatch_action)),
      h("p", { class: "error", role: "alert" }),
      block.hint && h("p", { class: "hint" }, drawn(block.hint.nodes)),
    ];
  },
  image: (surface, block) => [block.title && h("p", { class: "hint" }, drawn(block.title.nodes)), image(surface, block, block)],
  rich_text: (_surface, block) => h("div", { class: "said" }, drawn(block.nodes)),
  markdown: (_surface, block) => h("div", { class: "said" }, drawn(block.nodes)),
};

export function blocks(surface, given) {
  return given.map((block) => h("div", { class: `block is-${block.type}`, data: { blockId: block.block_id, block: block.type } }, DRAW[block.type]?.(surface, block)));
}

// Redraws `box` and gives back the focus, the selection and the scroll to whoever was typing there.
export function redraw(box, children) {
  const held = box.contains(document.activeElement) ? document.activeElement : null;
  const key = held?.dataset.actionId && `[data-block-id="${CSS.escape(held.dataset.blockId)}"][data-action-id="${CSS.escape(held.dataset.actionId)}"]`;
  const selection = held && "selectionStart" in held ? [held.selectionStart, held.selectionEnd] : null;
  const top = box.scrollTop;
  box.replaceChildren(...children);
  box.scrollTop = top;
  const back = key && box.querySelector(key);
  if (!back) return Boolean(held);
  back.focus({ preventScroll: true });
  if (selection && "setSelectionRange" in back) back.setSelectionRange(...selection);
  return false;
}
