// The program itself: give memory back, start anew, stop.
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { change } from "../api";
import { Element } from "../element";
import { bytes } from "../format";
import { t } from "../i18n";
import { listen } from "../live";
import { complain, confirm, notify } from "../notices";
import { inTurn } from "../pages/plan";

interface Hosted {
  name: string;
  bytes: number;
  bytes_on_cards: number;
}

interface Freed {
  ollama: boolean;
  unloaded: Hosted[];
  kept: (Hosted & { reason: string })[];
  server_bytes: { before: number; after: number };
}

@customElement("control-card")
export class ControlCard extends Element {
  @state() private freed: Freed | null = null;
  @state() private ending: "" | "restart" | "stop" = "";
  @state() private busy = false;

  connectedCallback() {
    super.connectedCallback();
    this.whenGone(
      listen("renew", () => {
        if (this.ending === "restart") notify(t("restarted"));
        this.ending = "";
      }),
    );
  }

  private async free() {
    this.busy = true;
    try {
      this.freed = await inTurn("/memory/free", (path) => change<Freed>("POST", path));
    } catch (error) {
      complain(error);
    } finally {
      this.busy = false;
    }
  }

  private async end(how: "restart" | "stop") {
    const sure = await confirm({ title: t(`${how}_title`), text: t(`${how}_text`), action: t(how === "stop" ? "stop_server" : "restart"), danger: how === "stop" });
    if (!sure) return;
    this.ending = how;
    try {
      await change("POST", `/${how}`);
    } catch (error) {
      this.ending = "";
      complain(error);
    }
  }

  private result(freed: Freed) {
    const { before, after } = freed.server_bytes;
    return html`<ul>
      ${freed.unloaded.map((m) => html`<li>${t("unloaded", { name: m.name, size: bytes(m.bytes) })}</li>`)}
      ${freed.kept.map((m) => html`<li>${t("kept_loaded", { name: m.name, size: bytes(m.bytes), reason: m.reason })}</li>`)}
      ${freed.unloaded.length + freed.kept.length ? nothing : html`<li>${freed.ollama ? t("ollama_empty") : t("ollama_away")}</li>`}
      <li>${t("server_memory", { before: bytes(before), after: bytes(after) })}</li>
      <li>${t("workers_none")}</li>
    </ul>`;
  }

  render() {
    return html`<section class="card" aria-labelledby="control">
      <h2 id="control">${t("control")}</h2>
      <div class="actions start">
        <button ?disabled=${this.busy || this.ending !== ""} @click=${() => this.free()}>${t("free_memory")}</button>
        <button ?disabled=${this.ending !== ""} @click=${() => this.end("restart")}>${t("restart")}</button>
        <button class="danger" ?disabled=${this.ending !== ""} @click=${() => this.end("stop")}>${t("stop_server")}</button>
      </div>
      <div role="status">${this.busy ? html`<p class="muted">${t("freeing")}</p>` : this.freed ? this.result(this.freed) : nothing}
        ${this.ending ? html`<p>${t(`${this.ending}_now`)}</p>` : nothing}</div>
    </section>`;
  }
}
