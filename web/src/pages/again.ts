// A session once more: the same recording, other options, all stages or some.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { change, get } from "../api";
import type { Job } from "../create/jobs";
import "../create/options";
import type { Options } from "../create/options";
import { Element, reason } from "../element";
import { t } from "../i18n";

@customElement("again-page")
export class AgainPage extends Element {
  @property({ attribute: false }) session = 0;
  @state() private name = "";
  @state() private options: Options | null = null;
  @state() private problem = "";
  @state() private starting = false;

  connectedCallback() {
    super.connectedCallback();
    void this.load();
  }

  private async load() {
    try {
      const told = await get<{ name: string; options: Options }>(`/sessions/${this.session}`);
      this.name = told.name;
      this.options = told.options;
      document.title = `Skald: ${told.name}`;
    } catch (error) {
      this.problem = reason(error);
    }
  }

  private async start() {
    this.starting = true;
    this.problem = "";
    try {
      const job = await change<Job>("POST", "/jobs", { session: this.session, options: this.options });
      location.hash = `#/jobs/${job.id}`;
    } catch (error) {
      this.problem = reason(error);
    } finally {
      this.starting = false;
    }
  }

  render() {
    return html`<div class="column tools-page">
      <p class="crumb"><a href="#/sessions/${this.session}">← ${this.name || t("session")}</a></p>
      <h1 tabindex="-1">${t("again_session")}</h1>
      ${this.options
        ? html`<section class="card" aria-labelledby="how">
              <h2 id="how">${this.name}</h2>
              <p class="muted">${t("again_why")}</p>
              <run-options .again=${true} .options=${this.options} @choose=${(e: CustomEvent<Options>) => (this.options = e.detail)}></run-options>
            </section>
            <div class="actions"><button class="primary" ?disabled=${this.starting} @click=${() => this.start()}>${t("start")}</button></div>`
        : nothing}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
    </div>`;
  }
}
