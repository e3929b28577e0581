// Where people write. Enter sends, Shift+Enter breaks the line; a slash offers the app's commands.

import { act, data, h, icon, t } from "./dom.js";
import { grow } from "./inputs.js";

export function composer(box, where) {
  const area = h("textarea", { rows: 1, "aria-label": t("Message"), autocomplete: "off" });
  const hint = h("div", { class: "commands", role: "listbox", hidden: true });
  const button = h("button", { type: "button", class: "send", "aria-label": t("Send"), disabled: true, on: { click: send } }, icon("send"));
  box.replaceChildren(hint, h("div", { class: "box" }, area, h("div", { class: "bar" }, h("span", { class: "keys" }, t("Enter to send, Shift + Enter for a new line")), button)));

  async function send() {
    const text = area.value.trim();
    if (!text) return;
    area.value = "";
    changed();
    const answer = await act("say", { text, ...where() });
    if (!answer.ok && !area.value) {
      area.value = text;
      changed();
    }
  }

  function take(command) {
    area.value = `${command} `;
    changed();
    area.focus();
  }

  function changed() {
    grow(area);
    button.disabled = !area.value.trim();
    const offered = /^\/\S*$/.test(area.value) ? data.commands.filter((command) => command.startsWith(area.value)) : [];
    hint.hidden = !offered.length;
    hint.replaceChildren(
      ...offered.map((command) =>
        h("button", { type: "button", role: "option", on: { click: () => take(command) } }, h("b", {}, command), h("span", {}, data.people[data.bot].name)),
      ),
    );
  }

  area.addEventListener("input", changed);
  area.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Tab" && !hint.hidden) {
      event.preventDefault();
      take(hint.querySelector("b").textContent);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  });
  return { area, name: (text) => area.setAttribute("placeholder", text) };
}
