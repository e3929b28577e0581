// The confirmation dialog of an element.

import { h } from "./dom.js";
import { drawn } from "./text.js";

export function confirmed(asked) {
  return new Promise((say) => {
    const end = (answer) => {
      dialog.close();
      dialog.remove();
      say(answer);
    };
    const dialog = h(
      "dialog",
      { class: "confirm", role: "alertdialog", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" },
      h("h2", { id: "confirm-title" }, drawn(asked.title.nodes)),
      h("div", { id: "confirm-text", class: "said" }, drawn(asked.text.nodes)),
      h(
        "footer",
        {},
        h("button", { type: "button", class: "button", on: { click: () => end(false) } }, drawn(asked.deny.nodes)),
        h("button", { type: "button", class: `button ${asked.style === "danger" ? "danger full" : "primary"}`, on: { click: () => end(true) } }, drawn(asked.confirm.nodes)),
      ),
    );
    dialog.addEventListener("cancel", (event) => (event.preventDefault(), end(false)));
    document.body.append(dialog);
    dialog.showModal();
  });
}
