// The Export menu: what to save, and in which form.
import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { BASE } from "../api";
import { Element } from "../element";
import { t } from "../i18n";

const FORMATS = [
  ["txt", "TXT"], ["srt", "SRT"], ["vtt", "VTT"], ["docx", "DOCX"], ["md", "Markdown"],
  ["csv", "CSV"], ["json", "JSON"], ["rttm", "RTTM"], ["audacity", "Audacity"], ["ass", "ASS"],
] as const;

@customElement("review-save")
export class ReviewSave extends Element {
  @property({ attribute: false }) session = 0;
  @property({ attribute: false }) characters: string[] = [];
  @state() private what = "";

  private address(format: string) {
    const query = new URLSearchParams({ format });
    if (this.what === "ic" || this.what === "ooc") query.set("only", this.what);
    else if (this.what) query.set("character", this.what.slice(1));
    return `${BASE}/sessions/${this.session}/export?${query}`;
  }

  private leave(event: KeyboardEvent) {
    const menu = this.querySelector("details");
    if (event.key !== "Escape" || !menu?.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }

  render() {
    return html`<details class="menu" @keydown=${this.leave}>
      <summary class="button">${t("export")}</summary>
      <div class="sheet">
        <label class="field">${t("export_what")}
          <select @change=${(e: Event) => (this.what = (e.target as HTMLSelectElement).value)}>
            <option value="">${t("everything")}</option>
            <option value="ic">${t("label_IC")}</option>
            <option value="ooc">${t("label_OOC")}</option>
            ${this.characters.map((name) => html`<option value=${`=${name}`}>${name}</option>`)}
          </select>
        </label>
        <ul>${FORMATS.map(([format, name]) => html`<li><a class="button" download href=${this.address(format)}>${name}</a></li>`)}</ul>
      </div>
    </details>`;
  }
}
