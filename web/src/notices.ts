// Short messages at the edge of the window, and questions that must be answered.
import { html, render } from "lit";
import { t } from "./i18n";
import { reason } from "./element";

const SHOWN_MS = 8000;

function region(): HTMLElement {
  let found = document.querySelector<HTMLElement>("#notices");
  if (!found) {
    found = document.createElement("div");
    found.id = "notices";
    found.setAttribute("role", "status");
    document.body.append(found);
  }
  return found;
}

/** Shows a message for a while; one with an error stays until it is closed. */
export function notify(text: string, kind: "done" | "error" = "done") {
  const box = document.createElement("div");
  box.className = `notice ${kind}`;
  if (kind === "error") box.setAttribute("role", "alert");
  render(html`<span>${text}</span><button class="plain" aria-label=${t("close")} @click=${() => box.remove()}>✕</button>`, box);
  region().append(box);
  if (kind === "done") window.setTimeout(() => box.remove(), SHOWN_MS);
}

export const complain = (error: unknown) => notify(reason(error), "error");

/** A question in a dialog; true where the answer is the named action. */
export function confirm(question: { title: string; text: string; action: string; danger?: boolean }): Promise<boolean> {
  return ask(html`<h2 id="question">${question.title}</h2><p>${question.text}</p>`, question.action, question.danger ?? false).then((form) => form !== null);
}

/** A question for a text; null where it was called off. */
export async function askText(question: { title: string; label: string; value: string; action: string; most?: number; hints?: string[] }): Promise<string | null> {
  const form = await ask(
    html`<h2 id="question">${question.title}</h2>
      <label class="field">${question.label}
        <input name="text" required maxlength=${question.most ?? 200} .value=${question.value} list="hints" autocomplete="off" />
      </label>
      <datalist id="hints">${(question.hints ?? []).map((hint) => html`<option value=${hint}></option>`)}</datalist>`,
    question.action,
    false,
  );
  return form ? String(form.get("text")).trim() : null;
}

export function ask(content: unknown, action: string, danger: boolean): Promise<FormData | null> {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "question");
  render(
    html`<form method="dialog">
      ${content}
      <div class="actions">
        <button type="button" class="plain" @click=${() => dialog.close()}>${t("cancel")}</button>
        <button class=${danger ? "danger" : "primary"} value="yes">${action}</button>
      </div>
    </form>`,
    dialog,
  );
  document.body.append(dialog);
  const before = document.activeElement as HTMLElement | null;
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const form = dialog.querySelector("form");
      resolve(dialog.returnValue === "yes" && form ? new FormData(form) : null);
      dialog.remove();
      before?.focus();
    });
    dialog.showModal();
    dialog.querySelector<HTMLInputElement>("input, select, textarea")?.select?.();
  });
}
