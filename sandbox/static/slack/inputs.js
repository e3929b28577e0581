// Block Kit's interactive elements. A surface (a message, a modal, the Home tab) remembers what was typed in it, so
// that a redraw from outside never takes a word away.

import { act, data, h, icon, locale, me, t, trouble } from "./dom.js";
import { drawn } from "./text.js";
import { confirmed } from "./confirm.js";

export class Surface {
  constructor(place) {
    this.place = place;
    this.typed = {};
  }

  raw(block, element, initially) {
    const held = this.typed[block.block_id];
    return held && element.action_id in held ? held[element.action_id] : initially;
  }

  hold(block, element, value) {
    (this.typed[block.block_id] ??= {})[element.action_id] = value;
  }

  async use(block, element, value, shown) {
    if (element.confirm && !(await confirmed(element.confirm))) return false;
    shown?.parentElement?.querySelector(".failed")?.remove();
    shown?.setAttribute("aria-busy", "true");
    const answer = await act("act", {
      place: this.place,
      block_id: block.block_id,
      action_id: element.action_id,
      value,
      typed: this.typed,
    });
    shown?.removeAttribute("aria-busy");
    if (!answer.ok) {
      const current = document.contains(shown) ? shown : find(block, element);
      current?.after(h("span", { class: "failed", role: "alert", title: trouble(answer) }, icon("warning"), h("span", { class: "sr" }, trouble(answer))));
    }
    return answer.ok;
  }
}

const find = (block, element) =>
  document.querySelector(`[data-block-id="${CSS.escape(block.block_id)}"][data-action-id="${CSS.escape(element.action_id)}"]`);

// Each takes (surface, block, element, dispatches): whether a change is told to the app at once.
const DRAW = { button, overflow, static_select: select, users_select: select, radio_buttons: choices, checkboxes: choices, plain_text_input: input, image };

export function element(surface, block, given, dispatches = true) {
  return DRAW[given.type]?.(surface, block, given, dispatches) ?? h("span", { class: "unknown" }, given.type);
}

const ids = (block, given) => ({ blockId: block.block_id, actionId: given.action_id });

function button(surface, block, given) {
  const shown = h(
    given.url ? "a" : "button",
    {
      class: `button ${given.style ?? ""}`,
      type: given.url ? null : "button",
      href: given.url,
      target: given.url ? "_blank" : null,
      rel: given.url ? "noopener noreferrer" : null,
      "aria-label": given.accessibility_label,
      data: { ...ids(block, given), value: given.value ?? "" },
      on: { click: () => shown.getAttribute("aria-busy") || surface.use(block, given, given.value, shown) },
    },
    drawn(given.text.nodes),
  );
  return shown;
}

function overflow(surface, block, given) {
  const pick = (option) => {
    menu.open = false;
    surface.use(block, given, option.value, menu);
  };
  const menu = h(
    "details",
    { class: "overflow", data: ids(block, given) },
    h("summary", { class: "button", "aria-label": t("More actions") }, icon("more")),
    h(
      "div",
      { class: "menu", role: "menu" },
      given.options.map((option) =>
        h("button", { type: "button", role: "menuitem", data: { value: option.value }, on: { click: () => pick(option) } }, drawn(option.text.nodes)),
      ),
    ),
  );
  menu.addEventListener("focusout", (event) => menu.contains(event.relatedTarget) || (menu.open = false));
  menu.addEventListener("keydown", (event) => event.key === "Escape" && (event.stopPropagation(), (menu.open = false)));
  return menu;
}

function options(groups, held) {
  const one = (option) => h("option", { value: option.value, selected: option.value === held }, option.text.text);
  if (groups.option_groups) return groups.option_groups.map((group) => h("optgroup", { label: group.label.text }, group.options.map(one)));
  return groups.options.map(one);
}

function select(surface, block, given, dispatches) {
  const people = given.type === "users_select";
  const held = surface.raw(block, given, people ? given.initial_user : given.initial_option?.value) ?? "";
  const known = people
    ? { options: data.team.map((person) => ({ value: person.id, text: { text: person.name + (person.id === me.id ? ` (${t("you")})` : "") } })) }
    : given;
  const shown = h(
    "select",
    {
      class: held ? "" : "unset",
      data: ids(block, given),
      id: block.type === "input" ? `in-${block.block_id}` : null,
      "aria-label": block.type === "input" ? null : (given.placeholder?.text ?? block.text?.text ?? t("Choose an option")),
      autofocus: given.focus_on_load,
      on: {
        change: () => {
          surface.hold(block, given, shown.value || null);
          shown.classList.toggle("unset", !shown.value);
          if (dispatches && shown.value) surface.use(block, given, shown.value, shown);
        },
      },
    },
    h("option", { value: "", selected: !held, disabled: !block.optional && dispatches, hidden: dispatches && Boolean(held) }, given.placeholder?.text ?? t("Choose an option")),
    options(known, held),
  );
  return h("span", { class: "select" }, shown, icon("down"));
}

function choices(surface, block, given, dispatches) {
  const many = given.type === "checkboxes";
  const initially = many ? (given.initial_options ?? []).map((option) => option.value) : given.initial_option?.value;
  const held = surface.raw(block, given, initially);
  const name = `${block.block_id} ${given.action_id} ${surface.place.ts ?? surface.place.view}`;
  const group = h(
    "div",
    { class: "choices", role: many ? "group" : "radiogroup", "aria-label": block.label?.text ?? block.text?.text, data: ids(block, given) },
    given.options.map((option) =>
      h(
        "label",
        {},
        h("input", { type: many ? "checkbox" : "radio", name, value: option.value, checked: many ? held.includes(option.value) : held === option.value }),
        h("span", {}, drawn(option.text.nodes), option.description && h("small", {}, drawn(option.description.nodes))),
      ),
    ),
  );
  group.addEventListener("change", () => {
    const checked = [...group.querySelectorAll("input:checked")].map((one) => one.value);
    const value = many ? checked : checked[0];
    surface.hold(block, given, value);
    if (dispatches) surface.use(block, given, value, group);
  });
  return group;
}

function input(surface, block, given, dispatches) {
  const held = surface.raw(block, given, given.initial_value) ?? "";
  const shown = h(given.multiline ? "textarea" : "input", {
    type: given.multiline ? null : "text",
    rows: given.multiline ? 4 : null,
    data: ids(block, given),
    id: `in-${block.block_id}`,
    placeholder: given.placeholder?.text,
    autofocus: given.focus_on_load,
    autocomplete: "off",
  });
  shown.value = held;
  const count = given.max_length ? h("span", { class: "count", "aria-live": "off" }) : null;
  const told = given.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let waiting;
  const changed = () => {
    surface.hold(block, given, shown.value);
    if (given.multiline) grow(shown);
    if (count) {
      const left = given.max_length - [...shown.value].length;
      count.textContent = new Intl.NumberFormat(locale).format(left);
      count.title = t("Characters left");
      count.classList.toggle("over", left < 0);
    }
    if (dispatches && told.includes("on_character_entered")) {
      clearTimeout(waiting);
      waiting = setTimeout(() => surface.use(block, given, shown.value), 250);
    }
  };
  shown.addEventListener("input", () => {
    changed();
    shown.closest(".block")?.classList.remove("wrong");
  });
  shown.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || (given.multiline && !event.ctrlKey && !event.metaKey)) return;
    if (dispatches && told.includes("on_enter_pressed")) surface.use(block, given, shown.value, shown);
  });
  if (held) surface.hold(block, given, held);
  const waitingDispatch = dispatches;
  dispatches = false;
  changed();
  dispatches = waitingDispatch;
  return h("span", { class: "field" }, shown, count);
}

export function grow(area) {
  requestAnimationFrame(() => {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight + 2, 320)}px`;
  });
}

export function image(_surface, _block, given) {
  const ours = given.image_url.startsWith("data:image/") || given.image_url.startsWith(location.origin);
  if (ours) return h("img", { src: given.image_url, alt: given.alt_text, title: given.alt_text });
  // Nothing is fetched from outside: the practice ground works offline and tells nobody.
  return h("span", { class: "picture", role: "img", "aria-label": given.alt_text, title: given.image_url }, icon("image"), h("span", {}, given.alt_text));
}
