// Settings and tools: the machine and what fits on it here; each other thing has its card in ../tools.
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { get, version } from "../api";
import { Element, reason } from "../element";
import { t } from "../i18n";
import "../tools/control";
import "../tools/keys";
import "../tools/logs";
import "../tools/models";
import type { Model } from "../tools/models";
import "../tools/settings";
import type { Setting } from "../tools/settings";
import { inTurn } from "./plan";

interface Check {
  id: string;
  health: "ok" | "warning" | "error";
  title: string;
  found: string;
  advice: string;
}

const PRESETS = ["local", "cpu", "low-memory", "groq", "mixed"];

@customElement("tools-page")
export class ToolsPage extends Element {
  @state() private checks: Check[] | null = null;
  @state() private models: Model[] = [];
  @state() private settings: Setting[] = [];
  @state() private problem = "";
  @state() private preset = "";

  connectedCallback() {
    super.connectedCallback();
    document.title = `Skald: ${t("tools")}`;
    void this.load();
    void this.examine();
  }

  private async load() {
    try {
      [this.models, this.settings] = await Promise.all([
        get<{ models: Model[] }>("/models").then((r) => r.models),
        get<{ settings: Setting[] }>("/config").then((r) => r.settings),
      ]);
    } catch (error) {
      this.problem = reason(error);
    }
  }

  private async examine() {
    this.checks = null;
    try {
      this.checks = (await inTurn<{ checks: Check[] }>("/doctor")).checks;
    } catch (error) {
      this.checks = [];
      this.problem = reason(error);
    }
  }

  private check(c: Check) {
    const state = { ok: "finished", warning: "warning", error: "failed" }[c.health];
    return html`<li class="check">
      <span class="state ${state}">${t(`health_${c.health}`)}</span>
      <div><b>${c.title}</b> <span>${c.found}</span>${c.health === "ok" || !c.advice ? nothing : html`<p>${c.advice}</p>`}</div>
    </li>`;
  }

  private machine() {
    return html`<section class="card" aria-labelledby="machine">
      <div class="head"><h2 id="machine">${t("machine")}</h2><button ?disabled=${!this.checks} @click=${() => this.examine()}>${t("check_again")}</button></div>
      ${this.checks ? html`<ul class="checks">${[...this.checks].sort((a, b) => Number(a.health === "ok") - Number(b.health === "ok")).map((c) => this.check(c))}</ul>` : html`<p class="muted" role="status">${t("looking")}</p>`}
    </section>`;
  }

  private plan() {
    return html`<section class="card" aria-labelledby="plan">
      <div class="head"><h2 id="plan">${t("plan")}</h2>
        <label class="field">${t("preset")}
          <select @change=${(e: Event) => (this.preset = (e.target as HTMLSelectElement).value)}>
            <option value="">${t("as_set")}</option>
            ${PRESETS.map((p) => html`<option value=${p}>${p}</option>`)}
          </select>
        </label>
      </div>
      <plan-view .wish=${this.wish()}></plan-view>
    </section>`;
  }

  // The same object for the same choice, so that the plan is asked for once.
  private kept: Record<string, string> = {};
  private wish() {
    if ((this.kept.preset ?? "") !== this.preset) this.kept = this.preset ? { preset: this.preset } : {};
    return this.kept;
  }

  render() {
    return html`<div class="column tools-page">
      <h1 tabindex="-1">${t("tools")}</h1>
      <p class="muted">Skald ${version}</p>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${this.machine()}
      <control-card></control-card>
      ${this.plan()}
      <keys-card .settings=${this.settings} @changed=${this.load}></keys-card>
      <models-card .models=${this.models} @changed=${this.load}></models-card>
      <settings-card .settings=${this.settings} @changed=${this.load}></settings-card>
      <logs-card></logs-card>
    </div>`;
  }
}
