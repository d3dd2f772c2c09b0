// Beside the transcript: what is shown of it, and who speaks.
import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Element } from "../element";
import { clock } from "../format";
import { plural, t } from "../i18n";
import { askText } from "../notices";
import { everything, isNamed, LABELS, NOBODY, values, type Edit, type Filter, type Review, type Speaker } from "./model";

// On a phone the transcript comes first.
const wide = matchMedia("(min-width: 60rem)").matches;

@customElement("review-side")
export class ReviewSide extends Element {
  @property({ attribute: false }) review!: Review;
  @property({ attribute: false }) filter: Filter = everything;
  @property({ attribute: false }) shown = 0;
  @property({ attribute: false }) nameOf: (id: string) => string = (id) => id;
  @property({ attribute: false }) colourOf: (id: string) => string = () => "gray";

  private set(part: Partial<Filter>) {
    this.dispatchEvent(new CustomEvent("filter", { detail: { ...this.filter, ...part } }));
  }

  private send(...edits: Edit[]) {
    this.dispatchEvent(new CustomEvent("edit", { detail: edits }));
  }

  private choice(label: string, field: "speaker" | "character" | "label" | "backend", options: [string, string][]) {
    if (options.length < 2) return nothing;
    return html`<label class="field">${label}
      <select @change=${(e: Event) => this.set({ [field]: (e.target as HTMLSelectElement).value })}>
        <option value="" ?selected=${!this.filter[field]}>${t("all")}</option>
        ${options.map(([value, text]) => html`<option value=${value} ?selected=${this.filter[field] === value}>${text}</option>`)}
      </select>
    </label>`;
  }

  private filters() {
    const { segments, speakers } = this.review;
    const same = (list: string[]): [string, string][] => list.map((v) => [v, v]);
    return html`<details class="card" ?open=${wide}>
      <summary><h2>${t("show")}</h2></summary>
      <div class="stack">
        <label class="field">${t("find_words")}<input type="search" .value=${this.filter.text} @input=${(e: Event) => this.set({ text: (e.target as HTMLInputElement).value })} /></label>
        ${this.choice(t("speaker"), "speaker", speakers.map((s) => [s.id, this.nameOf(s.id)]))}
        ${this.choice(t("label"), "label", LABELS.map((l) => [l, t(`label_${l}`)]))}
        ${this.choice(t("character"), "character", same(values(segments, "character")))}
        ${this.choice(t("backend"), "backend", same(values(segments, "backend")))}
        <label class="field">${this.filter.below < 100 ? t("surer_than", { n: this.filter.below }) : t("any_confidence")}
          <input type="range" min="50" max="100" step="5" .value=${String(this.filter.below)} @input=${(e: Event) => this.set({ below: Number((e.target as HTMLInputElement).value) })} />
        </label>
        <label class="tick"><input type="checkbox" .checked=${this.filter.edited} @change=${(e: Event) => this.set({ edited: (e.target as HTMLInputElement).checked })} /> ${t("only_edited")}</label>
        <p class="muted" aria-live="polite">${t("shown_of", { n: this.shown, all: segments.length })}
          ${JSON.stringify(this.filter) === JSON.stringify(everything) ? nothing : html`<button class="plain" @click=${() => this.set(everything)}>${t("show_all")}</button>`}
        </p>
      </div>
    </details>`;
  }

  private async rename(speaker: Speaker) {
    const name = await askText({ title: t("rename_speaker"), label: t("who_is_it"), value: isNamed(speaker) ? speaker.name : "", action: t("rename"), most: 100 });
    if (name) this.send({ op: "rename_speaker", speaker: speaker.id, name });
  }

  private merge(from: Speaker, event: Event) {
    const into = (event.target as HTMLSelectElement).value;
    (event.target as HTMLSelectElement).value = "";
    if (into) this.send({ op: "merge_speakers", from: from.id, into });
  }

  private speaker(s: Speaker) {
    const name = this.nameOf(s.id);
    return html`<li class="speaker">
      <i class="dot" .style=${`background:${this.colourOf(s.id)}`}></i>
      <div class="what"><b>${name}</b><span class="muted">${[s.role === "DM" ? t("role_dm") : "", s.character ?? "", plural("segments", s.segments), clock(s.seconds)].filter(Boolean).join(" · ")}</span></div>
      <div class="do">
        <button class="plain" aria-label=${t("sample", { name })} title=${t("sample", { name })} @click=${() => this.dispatchEvent(new CustomEvent("sample", { detail: s.id }))}>▶</button>
        ${s.id !== NOBODY
          ? html`<button class="plain" aria-label=${t("rename_named", { name })} @click=${() => this.rename(s)}>${t("rename")}</button>
              <select aria-label=${t("merge_named", { name })} @change=${(e: Event) => this.merge(s, e)}>
                <option value="">${t("merge")}</option>
                ${this.review.speakers.filter((o) => o.id !== s.id && o.id !== NOBODY).map((o) => html`<option value=${o.id}>${t("merge_into", { name: this.nameOf(o.id) })}</option>`)}
              </select>`
          : nothing}
      </div>
    </li>`;
  }

  render() {
    return html`<details class="card" ?open=${wide}>
        <summary><h2>${t("speakers")}</h2></summary>
        <ul class="speakers">${this.review.speakers.map((s) => this.speaker(s))}</ul>
      </details>
      ${this.filters()}`;
  }
}
