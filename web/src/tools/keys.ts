// Keys of services: written, never read back; tried on the spot.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { change } from "../api";
import { Element, reason } from "../element";
import { t } from "../i18n";
import { complain, confirm, notify } from "../notices";
import { isChangeable, isOwn, writeSetting, type Setting } from "./settings";

interface Report {
  setting: string;
  host: string;
  health: "ok" | "warning" | "error";
  found: string;
  advice: string;
}

const SERVICES: Record<string, string> = { GROQ_API_KEY: "Groq", OPENAI_API_KEY: "OpenAI", HF_TOKEN: "Hugging Face" };

@customElement("keys-card")
export class KeysCard extends Element {
  @property({ attribute: false }) settings: Setting[] = [];
  @state() private reports: Record<string, Report | "asked" | "nothing"> = {};

  private service = (s: Setting) => SERVICES[s.name] ?? t("other_service");

  private put(name: string, report: Report | "asked" | "nothing") {
    this.reports = { ...this.reports, [name]: report };
  }

  private async test(s: Setting) {
    this.put(s.name, "asked");
    try {
      const { services } = await change<{ services: Report[] }>("POST", "/keys/test", { setting: s.name });
      this.put(s.name, services[0] ?? "nothing");
    } catch (error) {
      this.put(s.name, { setting: s.name, host: "", health: "error", found: reason(error), advice: "" });
    }
  }

  private async save(event: SubmitEvent, s: Setting) {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const key = String(new FormData(form).get("key")).trim();
    if (!key) return;
    try {
      await writeSetting(s.name, key);
      form.reset();
    } catch (error) {
      return complain(error);
    }
    this.dispatchEvent(new Event("changed"));
    await this.test(s);
  }

  private async takeOut(s: Setting) {
    const sure = await confirm({ title: t("remove_key", { name: this.service(s) }), text: t("remove_key_text"), action: t("take_out"), danger: true });
    if (!sure) return;
    try {
      await writeSetting(s.name, "");
      notify(t("key_removed", { name: this.service(s) }));
      const { [s.name]: _, ...rest } = this.reports;
      this.reports = rest;
    } catch (error) {
      complain(error);
    }
    this.dispatchEvent(new Event("changed"));
  }

  private report(name: string) {
    const report = this.reports[name];
    if (!report) return nothing;
    if (report === "asked") return html`<p class="muted">${t("key_asked")}</p>`;
    if (report === "nothing") return html`<p class="muted">${t("key_no_address")}</p>`;
    const state = { ok: "finished", warning: "warning", error: "failed" }[report.health];
    return html`<p><span class="state ${state}">${t(`health_${report.health}`)}</span> ${report.host ? `${report.host}: ` : nothing}${report.found}. ${report.health === "ok" ? nothing : report.advice}</p>`;
  }

  private row(s: Setting) {
    const name = this.service(s);
    const file = isChangeable(s);
    return html`<li class="key">
      <div><b>${name}</b> <code>${s.name}</code><br /><span class="muted">${isOwn(s) ? html`${s.value}, ${s.origin}` : t("not_set")}</span></div>
      ${file
        ? html`<form @submit=${(e: SubmitEvent) => this.save(e, s)}>
            <label class="field">${t("key_new")}<input type="password" name="key" maxlength="500" autocomplete="off" spellcheck="false" aria-label=${t("key_new_named", { name })} /></label>
            <button class="primary" aria-label=${t("key_save_named", { name })}>${t("key_save")}</button>
          </form>`
        : html`<span class="muted">${t("from_environment")}</span>`}
      <div class="do">${isOwn(s)
        ? html`<button aria-label=${t("key_test_named", { name })} ?disabled=${this.reports[s.name] === "asked"} @click=${() => this.test(s)}>${t("key_test")}</button>
            ${file ? html`<button class="plain" aria-label=${t("key_remove_named", { name })} @click=${() => this.takeOut(s)}>${t("take_out")}</button>` : nothing}`
        : nothing}</div>
      <div class="report" role="status">${this.report(s.name)}</div>
    </li>`;
  }

  render() {
    const keys = this.settings.filter((s) => s.kind === "key");
    return html`<section class="card" aria-labelledby="service-keys">
      <h2 id="service-keys">${t("service_keys")}</h2>
      <p class="muted">${t("service_keys_why")}</p>
      <ul class="keys-list">${keys.map((s) => this.row(s))}</ul>
    </section>`;
  }
}
