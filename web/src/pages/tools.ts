// Settings and tools: the machine, what fits on it, models, and the settings that hold.
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { get, version } from "../api";
import { Element, reason } from "../element";
import { t } from "../i18n";
import { inTurn } from "./plan";

interface Check {
  id: string;
  health: "ok" | "warning" | "error";
  title: string;
  found: string;
  advice: string;
}

interface Model {
  name: string;
  kind: string;
  licence: string;
  about: string;
  installed: boolean;
}

interface Setting {
  name: string;
  value: string;
  origin: string;
  allowed: string;
  about: string;
}

const PRESETS = ["local", "cpu", "low-memory", "groq", "mixed"];

@customElement("tools-page")
export class ToolsPage extends Element {
  @state() private checks: Check[] | null = null;
  @state() private models: Model[] = [];
  @state() private settings: Setting[] = [];
  @state() private problem = "";
  @state() private preset = "";
  @state() private find = "";
  @state() private changedOnly = false;

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

  private library() {
    return html`<section class="card" aria-labelledby="models">
      <h2 id="models">${t("models")}</h2>
      <div class="wide" tabindex="0" role="region" aria-label=${t("models")}><table class="table">
        <thead><tr><th scope="col">${t("name")}</th><th scope="col">${t("kind")}</th><th scope="col">${t("about")}</th><th scope="col">${t("licence")}</th><th scope="col">${t("state")}</th></tr></thead>
        <tbody>${this.models.map((m) => html`<tr><th scope="row">${m.name}</th><td>${m.kind}</td><td>${m.about}</td><td>${m.licence}</td><td><span class="state ${m.installed ? "finished" : ""}">${m.installed ? t("installed") : t("not_installed")}</span></td></tr>`)}</tbody>
      </table></div>
      <p class="muted">${t("models_how")} <code>skald models add FOLDER</code></p>
    </section>`;
  }

  private configuration() {
    const wanted = this.find.toLowerCase();
    const own = (s: Setting) => s.origin !== "default" && s.origin !== "not set";
    const shown = this.settings.filter((s) => (!this.changedOnly || own(s)) && `${s.name} ${s.about}`.toLowerCase().includes(wanted));
    return html`<section class="card" aria-labelledby="settings">
      <h2 id="settings">${t("settings")}</h2>
      <div class="filters">
        <label class="field">${t("find_setting")}<input type="search" .value=${this.find} @input=${(e: Event) => (this.find = (e.target as HTMLInputElement).value)} /></label>
        <label class="tick"><input type="checkbox" .checked=${this.changedOnly} @change=${(e: Event) => (this.changedOnly = (e.target as HTMLInputElement).checked)} /> ${t("own_only")}</label>
      </div>
      ${shown.length
        ? html`<div class="wide" tabindex="0" role="region" aria-label=${t("settings")}><table class="table">
            <thead><tr><th scope="col">${t("name")}</th><th scope="col">${t("value")}</th><th scope="col">${t("origin")}</th><th scope="col">${t("about")}</th></tr></thead>
            <tbody>${shown.map((s) => html`<tr><th scope="row"><code>${s.name}</code></th><td>${s.value || "–"}</td><td>${s.origin === "default" ? t("built_in") : s.origin === "not set" ? t("not_set") : s.origin}</td><td>${s.about}<br /><span class="muted">${s.allowed}</span></td></tr>`)}</tbody>
          </table></div>`
        : html`<p class="muted">${t("no_setting")}</p>`}
      <p class="muted">${t("settings_how")}</p>
    </section>`;
  }

  render() {
    return html`<div class="column tools-page">
      <h1 tabindex="-1">${t("tools")}</h1>
      <p class="muted">Skald ${version}</p>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${this.machine()}${this.plan()}${this.library()}${this.configuration()}
    </div>`;
  }
}
