// How a session is processed: language, voices, backends, stages, and what of it fits into memory.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { get } from "../api";
import { Element } from "../element";
import { t } from "../i18n";
import { complain } from "../notices";
import { stageName } from "../pages/plan";

export type Options = Record<string, string | number>;

const BACKENDS: [string, string[]][] = [
  ["preset", ["local", "cpu", "low-memory", "groq", "mixed"]],
  ["transcriber", ["whisper", "groq", "openai"]],
  ["classifier", ["e5", "ollama", "groq", "openai", "compatible"]],
  ["device", ["auto", "cpu", "cuda"]],
];
const NAMED_BY_PRESET = ["transcriber", "diarizer", "classifier", "model"];
const PLANNED = ["preset", ...NAMED_BY_PRESET, "device", "until"]; // what the memory plan depends on
const STAGES = ["decode", "listen", "diarize", "transcribe", "assign", "classify"];

/** Tells "choose" with all options that say something. */
@customElement("run-options")
export class RunOptions extends Element {
  @property({ attribute: false }) options: Options = {};
  /** What was done before may be done anew. */
  @property({ attribute: false }) again = false;
  private wish: Record<string, string> = {};
  @state() private models: string[] = [];

  connectedCallback() {
    super.connectedCallback();
    get<{ models: { name: string; kind: string; installed: boolean }[] }>("/models")
      .then(({ models }) => (this.models = models.filter((m) => m.kind === "speech" && m.installed).map((m) => m.name)))
      .catch(complain);
  }

  protected willUpdate(changed: Map<string, unknown>) {
    if (!changed.has("options")) return;
    const wish = Object.fromEntries(PLANNED.flatMap((name) => (this.options[name] ? [[name, String(this.options[name])]] : [])));
    if (JSON.stringify(wish) !== JSON.stringify(this.wish)) this.wish = wish;
  }

  private set(name: string, value: string | number) {
    const options = { ...this.options };
    for (const other of name === "preset" ? NAMED_BY_PRESET : []) delete options[other];
    delete options[name];
    if (value) options[name] = value;
    this.dispatchEvent(new CustomEvent<Options>("choose", { detail: options, bubbles: true }));
  }

  private choice(name: string, values: string[], none: string, shown = (value: string) => value) {
    return html`<label class="field">${t(`option_${name}` as "option_preset")}
      <select @change=${(e: Event) => this.set(name, (e.target as HTMLSelectElement).value)}>
        <option value="">${none}</option>
        ${values.map((v) => html`<option value=${v} ?selected=${this.options[name] === v}>${shown(v)}</option>`)}
      </select></label>`;
  }

  render() {
    const { again } = this;
    return html`<div class="fields">
        <label class="field">${t("spoken")}
          <select @change=${(e: Event) => this.set("language", (e.target as HTMLSelectElement).value)}>
            ${[["auto", t("spoken_auto")], ["en", "English"], ["nl", "Nederlands"]].map(([value, name]) => html`<option value=${value} ?selected=${(this.options.language ?? "auto") === value}>${name}</option>`)}
          </select>
        </label>
        <label class="field">${t("how_many")}<input type="number" min="1" max="20" .value=${String(this.options.speakers ?? "")} @input=${(e: Event) => this.set("speakers", Number((e.target as HTMLInputElement).value))} /></label>
        ${again ? this.choice("from", STAGES, t("from_nothing"), stageName) : nothing}
        ${again ? this.choice("until", STAGES, t("until_end"), stageName) : nothing}
      </div>
      <details><summary>${t("advanced")}</summary>
        <div class="fields">
          ${BACKENDS.map(([name, values]) => this.choice(name, values, t("as_set")))}
          ${this.choice("model", this.models, t("as_set"))}
          ${again ? nothing : this.choice("until", STAGES, t("until_end"), stageName)}
        </div>
        <plan-view .wish=${this.wish}></plan-view>
      </details>`;
  }
}
