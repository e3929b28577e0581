// The stack of modals of this page: the top one is shown, in one dialog that keeps the focus inside.

import { act, avatar, data, h, icon, t, trouble } from "./dom.js";
import { blocks, redraw } from "./blocks.js";
import { Surface } from "./inputs.js";
import { drawn } from "./text.js";

const surfaces = new Map();
const body = h("div", { class: "body" });
const problem = h("p", { class: "problem", role: "alert", hidden: true });
const title = h("h2", { id: "modal-title" });
const submit = h("button", { type: "submit", class: "button primary full" });
const close = h("button", { type: "button", class: "button full", data: { modal: "close" }, on: { click: () => leave() } });
const back = h("button", { type: "button", class: "plain", "aria-label": t("Back"), on: { click: () => leave() } }, icon("back"));
const cross = h("button", { type: "button", class: "plain", "aria-label": t("Close"), on: { click: () => leave() } }, icon("close"));
const form = h(
  "form",
  { novalidate: true, on: { submit: send } },
  h("header", {}, back, avatar(data.people[data.bot], "small"), title, cross),
  body,
  problem,
  h("footer", {}, close, submit),
);
const dialog = h("dialog", { class: "modal", role: "dialog", "aria-modal": "true", "aria-labelledby": "modal-title" }, form);
document.body.append(dialog);
dialog.addEventListener("cancel", (event) => (event.preventDefault(), leave()));

let stack = [];
let opener = null;
const top = () => stack.at(-1);

export function show(given) {
  const before = top();
  stack = given;
  const view = top();
  if (!view) {
    if (!dialog.open) return;
    dialog.close();
    surfaces.clear();
    opener = document.contains(opener) ? opener : document.querySelector(opener?.dataset?.actionId ? `[data-block-id="${CSS.escape(opener.dataset.blockId ?? "")}"][data-action-id="${CSS.escape(opener.dataset.actionId)}"]` : "#composer textarea");
    opener?.focus({ preventScroll: true });
    return;
  }
  if (!surfaces.has(view.id)) surfaces.set(view.id, new Surface({ view: view.id }));
  const surface = surfaces.get(view.id);
  surface.optional = t("optional");
  if (!dialog.open) opener = document.activeElement;
  dialog.dataset.viewId = view.id;
  dialog.dataset.callbackId = view.callback_id;
  title.replaceChildren(...drawn(view.title.nodes));
  submit.hidden = !view.submit;
  submit.replaceChildren(...(view.submit ? drawn(view.submit.nodes) : []));
  close.replaceChildren(...(view.close ? drawn(view.close.nodes) : [t("Cancel")]));
  back.hidden = stack.length < 2;
  if (before?.id !== view.id) {
    body.scrollTop = 0;
    problem.hidden = true;
  }
  redraw(body, blocks(surface, view.blocks));
  if (!dialog.open) dialog.showModal();
  if (before?.id !== view.id) (body.querySelector("[autofocus]") ?? body.querySelector("textarea, input, select, button") ?? cross).focus({ preventScroll: true });
}

async function send(event) {
  event.preventDefault();
  const view = top();
  if (!view?.submit || form.getAttribute("aria-busy")) return;
  busy(true);
  const answer = await act("submit", { view: view.id, typed: surfaces.get(view.id).typed });
  busy(false);
  if (top()?.id !== view.id) return;
  problem.hidden = answer.ok;
  if (!answer.ok) submit.focus();
  problem.textContent = answer.ok ? "" : `${t("We had some trouble connecting. Try again?")} ${trouble(answer)}`;
  mark(answer.errors ?? {});
}

function mark(errors) {
  for (const block of body.querySelectorAll(".block.is-input")) {
    const said = errors[block.dataset.blockId];
    block.classList.toggle("wrong", Boolean(said));
    block.querySelector(".error").textContent = said ?? "";
    block.querySelector("input, textarea, select")?.setAttribute("aria-invalid", Boolean(said));
  }
  body.querySelector(".wrong :is(input, textarea, select)")?.focus();
}

function busy(now) {
  form.toggleAttribute("aria-busy", now);
  if (now) form.setAttribute("aria-busy", "true");
  submit.disabled = now;
}

async function leave() {
  const view = top();
  if (view) await act("close", { view: view.id, typed: surfaces.get(view.id)?.typed ?? {} });
}
