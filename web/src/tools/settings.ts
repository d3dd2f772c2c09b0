// Settings: what holds, where it comes from, and another value for it.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { change } from "../api";
import { Element } from "../element";
import { t } from "../i18n";
import { ask, complain, notify } from "../notices";

export interface Setting {
  name: string;
  value: string;
  origin: string;
  allowed: string;
  about: string;
  kind: "key" | "choice" | "backend" | "number" | "text";
  choices: string[];
}

/** Whether somebody has set it, in a file or in the environment. */
export const isOwn = (s: Setting) => s.origin !== "default" && s.origin !== "not set";

/** Whether files may hold it: the environment stands above them, and alone tells where Skald's folders are. */
export const isChangeable = (s: Setting) => s.origin !== "environment" && !s.name.startsWith("SKALD_");

/** Writes a value; an empty one takes the setting out of the files. */
export async function writeSetting(name: string, value: string) {
  const { removed_key } = await change<{ removed_key: string | null }>("PUT", "/config", { name, value: value || null });
  if (removed_key) notify(t("key_gone", { name: removed_key }), "error");
}

@customElement("settings-card")
export class SettingsCard extends Element {
  @property({ attribute: false }) settings: Setting[] = [];
  @state() private find = "";
  @state() private changedOnly = false;

  private async write(s: Setting, value: string) {
    try {
      await writeSetting(s.name, value);
      notify(t("setting_written", { name: s.name }));
    } catch (error) {
      complain(error);
    }
    this.dispatchEvent(new Event("changed"));
  }

  private async change(s: Setting) {
    const own = isOwn(s) ? s.value : "";
    const field = s.choices.length
      ? html`<select name="value" aria-describedby="allowed">
          <option value="">${t("as_built_in")}</option>
          ${s.choices.map((c) => html`<option value=${c} ?selected=${c === own.toLowerCase()}>${c}</option>`)}
        </select>`
      : html`<input name="value" maxlength="2000" .value=${own} aria-describedby="allowed" autocomplete="off" inputmode=${s.kind === "number" ? "decimal" : nothing} />`;
    const form = await ask(
      html`<h2 id="question">${s.name}</h2>
        <p>${s.about}</p>
        <label class="field">${t("value")}${field}</label>
        <p class="muted" id="allowed">${t("allowed", { what: s.allowed })} ${t("empty_is_built_in")}</p>`,
      t("save"),
      false,
    );
    if (form) await this.write(s, String(form.get("value")).trim());
  }

  private row(s: Setting) {
    const origin = s.origin === "default" ? t("built_in") : s.origin === "not set" ? t("not_set") : s.origin;
    return html`<tr>
      <th scope="row"><code>${s.name}</code></th>
      <td class="value">${s.value || "–"}</td>
      <td>${origin}</td>
      <td>${s.about}<br /><span class="muted">${s.allowed}</span></td>
      <td>${s.kind !== "key" && isChangeable(s) ? html`<button class="plain" aria-label=${t("change_named", { name: s.name })} @click=${() => this.change(s)}>${t("change")}</button>` : nothing}</td>
    </tr>`;
  }

  render() {
    const wanted = this.find.toLowerCase();
    const shown = this.settings.filter((s) => (!this.changedOnly || isOwn(s)) && `${s.name} ${s.about}`.toLowerCase().includes(wanted));
    return html`<section class="card" aria-labelledby="settings">
      <h2 id="settings">${t("settings")}</h2>
      <div class="filters">
        <label class="field">${t("find_setting")}<input type="search" .value=${this.find} @input=${(e: Event) => (this.find = (e.target as HTMLInputElement).value)} /></label>
        <label class="tick"><input type="checkbox" .checked=${this.changedOnly} @change=${(e: Event) => (this.changedOnly = (e.target as HTMLInputElement).checked)} /> ${t("own_only")}</label>
      </div>
      ${shown.length
        ? html`<div class="wide" tabindex="0" role="region" aria-label=${t("settings")}><table class="table">
            <thead><tr><th scope="col">${t("name")}</th><th scope="col">${t("value")}</th><th scope="col">${t("origin")}</th><th scope="col">${t("about")}</th><th scope="col"><span class="hidden">${t("change")}</span></th></tr></thead>
            <tbody>${shown.map((s) => this.row(s))}</tbody>
          </table></div>`
        : html`<p class="muted">${t("no_setting")}</p>`}
      <p class="muted">${t("settings_how")}</p>
    </section>`;
  }
}
