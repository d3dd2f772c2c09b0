// Models: what is there, whether it is as it should be, and folders of other ones.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { change } from "../api";
import { Element } from "../element";
import { bytes } from "../format";
import { t } from "../i18n";
import { listen } from "../live";
import { ask, complain, confirm, notify } from "../notices";
import { inTurn } from "../pages/plan";

export interface Model {
  name: string;
  kind: string;
  licence: string;
  about: string;
  installed: boolean;
  bytes: number;
  added: boolean;
  has_hashes: boolean;
}

@customElement("models-card")
export class ModelsCard extends Element {
  @property({ attribute: false }) models: Model[] = [];
  @state() private checked: Record<string, number | "good" | "bad"> = {};

  connectedCallback() {
    super.connectedCallback();
    this.whenGone(
      listen("model.checked", ({ name, share }: { name: string; share: number }) => {
        if (typeof this.checked[name] === "number") this.mark(name, share);
      }),
    );
  }

  private mark(name: string, state: number | "good" | "bad") {
    this.checked = { ...this.checked, [name]: state };
  }

  private async verify({ name }: Model) {
    this.mark(name, 0);
    try {
      const { good, differences } = await inTurn("/models/verify", (path) => change<{ good: boolean; differences: string[] }>("POST", path, { name }));
      this.mark(name, good ? "good" : "bad");
      for (const line of differences) notify(line, "error");
    } catch (error) {
      const { [name]: _, ...rest } = this.checked;
      this.checked = rest;
      complain(error);
    }
  }

  private async add() {
    const form = await ask(
      html`<h2 id="question">${t("add_model")}</h2>
        <p>${t("add_model_what")}</p>
        <label class="field">${t("model_folder")}<input name="folder" required maxlength="4000" autocomplete="off" /></label>
        <label class="field">${t("model_name")}<input name="name" maxlength="100" autocomplete="off" /></label>`,
      t("add"),
      false,
    );
    if (!form) return;
    try {
      const model = await change<Model>("POST", "/models", { folder: String(form.get("folder")).trim(), name: String(form.get("name")).trim() });
      notify(t("model_added", { name: model.name }));
    } catch (error) {
      complain(error);
    }
    this.dispatchEvent(new Event("changed"));
  }

  private async takeOut({ name }: Model) {
    if (!(await confirm({ title: t("remove_model", { name }), text: t("remove_model_text"), action: t("take_out"), danger: true }))) return;
    try {
      await change("DELETE", `/models?name=${encodeURIComponent(name)}`);
      notify(t("model_removed", { name }));
    } catch (error) {
      complain(error);
    }
    this.dispatchEvent(new Event("changed"));
  }

  private check(m: Model) {
    const state = this.checked[m.name];
    if (typeof state === "number") return html`<progress max="1" .value=${state} aria-label=${t("verify_named", { name: m.name })}></progress>`;
    return html`<button class="plain" aria-label=${t("verify_named", { name: m.name })} @click=${() => this.verify(m)}>${t("verify")}</button>
      <span role="status">${state ? html`<span class="state ${state === "good" ? "finished" : "failed"}">${state === "good" ? t("model_good") : t("model_bad")}</span>` : nothing}</span>`;
  }

  private row(m: Model) {
    return html`<tr>
      <th scope="row">${m.name}</th><td>${m.kind}</td><td>${m.about}</td><td>${m.licence}</td>
      <td class="number">${m.installed ? bytes(m.bytes) : "–"}</td>
      <td><span class="state ${m.installed ? "finished" : ""}">${m.installed ? t("installed") : t("not_installed")}</span></td>
      <td>${m.installed && m.has_hashes ? this.check(m) : nothing}${m.added ? html`<button class="plain" aria-label=${t("remove_model_named", { name: m.name })} @click=${() => this.takeOut(m)}>${t("take_out")}</button>` : nothing}</td>
    </tr>`;
  }

  render() {
    return html`<section class="card" aria-labelledby="models">
      <div class="head"><h2 id="models">${t("models")}</h2><button @click=${() => this.add()}>${t("add_model")}</button></div>
      <div class="wide" tabindex="0" role="region" aria-label=${t("models")}><table class="table">
        <thead><tr><th scope="col">${t("name")}</th><th scope="col">${t("kind")}</th><th scope="col">${t("about")}</th><th scope="col">${t("licence")}</th><th scope="col" class="number">${t("size")}</th><th scope="col">${t("state")}</th><th scope="col"><span class="hidden">${t("change")}</span></th></tr></thead>
        <tbody>${this.models.map((m) => this.row(m))}</tbody>
      </table></div>
      ${this.models.some((m) => !m.installed) ? html`<p class="muted">${t("models_missing")} <code>make setup</code></p>` : nothing}
    </section>`;
  }
}
