// What all elements of the pages share: no shadow (one style sheet for all), texts renewed when the language changes.
import { LitElement } from "lit";
import { ApiError } from "./api";
import { t } from "./i18n";

export class Element extends LitElement {
  private leaving: (() => void)[] = [];

  protected createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    const renew = () => this.requestUpdate();
    window.addEventListener("skald-language", renew);
    this.whenGone(() => window.removeEventListener("skald-language", renew));
  }

  /** Called when the element leaves the page. */
  protected whenGone(...ways: (() => void)[]) {
    this.leaving.push(...ways);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const leave of this.leaving.splice(0)) leave();
  }
}

/** What went wrong and what to do, in one text. */
export function reason(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  if (error.status === 0) return t("unreachable");
  const { message, advice } = error.problem;
  return message.charAt(0).toUpperCase() + message.slice(1) + (/[.!?]$/.test(message) ? "" : ".") + (advice ? ` ${advice}` : "");
}
