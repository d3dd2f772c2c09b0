// The transcript: rows in blocks, of which only those near the window are in the document.
import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { Element } from "../element";
import { clock, percent } from "../format";
import { t } from "../i18n";
import { indexAt, type Segment } from "./model";

const ROWS = 25; // a block
const NEAR = "900px 0px";
const LETTERS = 90; // a line, for a guess of heights

@customElement("review-transcript")
export class ReviewTranscript extends Element {
  @property({ attribute: false }) segments: Segment[] = [];
  @property({ attribute: false }) current = "";
  @property({ attribute: false }) picked = new Set<string>();
  @property({ attribute: false }) nameOf: (id: string) => string = (id) => id;
  @property({ attribute: false }) colourOf: (id: string) => string = () => "gray";
  /** What stands below the words of the current row, and instead of them while they are edited. */
  @property({ attribute: false }) tools: (segment: Segment) => TemplateResult | typeof nothing = () => nothing;
  @property({ attribute: false }) editor: (segment: Segment) => TemplateResult | null = () => null;
  /** Changes when rows must be drawn anew though the segments are the same. */
  @property({ attribute: false }) version = 0;
  @state() private near = new Set<number>([0]);
  private heights = new Map<number, number>();
  private sight?: IntersectionObserver;
  private watched = new Set<HTMLElement>();
  private lit?: HTMLElement;

  connectedCallback() {
    super.connectedCallback();
    this.sight = new IntersectionObserver((entries) => this.moved(entries), { rootMargin: NEAR });
    this.whenGone(() => this.sight?.disconnect());
  }

  private moved(entries: IntersectionObserverEntry[]) {
    const near = new Set(this.near);
    for (const entry of entries) {
      const block = Number((entry.target as HTMLElement).dataset.block);
      if (entry.isIntersecting) near.add(block);
      else if (near.delete(block)) this.heights.set(block, entry.boundingClientRect.height);
    }
    this.near = near;
  }

  protected willUpdate(changed: Map<string, unknown>) {
    const before = changed.get("segments") as Segment[] | undefined;
    if (before && before.length !== this.segments.length) this.heights.clear();
  }

  protected updated() {
    const blocks = new Set(this.querySelectorAll<HTMLElement>("[data-block]"));
    for (const block of blocks) if (!this.watched.has(block)) this.sight?.observe(block);
    for (const block of this.watched) if (!blocks.has(block)) this.sight?.unobserve(block);
    this.watched = blocks;
  }

  private guess(block: number): number {
    const known = this.heights.get(block);
    if (known) return known;
    let lines = 0;
    for (const s of this.segments.slice(block * ROWS, (block + 1) * ROWS)) lines += Math.ceil((s.text.length + 1) / LETTERS);
    return lines * 26 + Math.min(ROWS, this.segments.length - block * ROWS) * 44;
  }

  /** Brings a row into the window; the row, once it is there. */
  async reveal(id: string, how: { focus?: boolean; where?: ScrollLogicalPosition } = {}): Promise<HTMLElement | null> {
    const index = this.segments.findIndex((s) => s.id === id);
    if (index < 0) return null;
    const block = Math.floor(index / ROWS);
    if (!this.near.has(block)) this.near = new Set([...this.near, block]);
    await this.updateComplete;
    const row = this.row(id);
    row?.scrollIntoView({ block: how.where ?? "nearest" });
    if (how.focus) row?.focus({ preventScroll: true });
    return row;
  }

  private row(id: string) {
    return this.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`);
  }

  /** Marks the word that is heard at a time; none where its row is not in the document. */
  mark(segment: Segment | undefined, time: number) {
    const word = segment && time <= segment.end + 0.05 ? indexAt(segment.words, time + 0.005) : -1;
    const found = segment && word >= 0 ? this.row(segment.id)?.querySelector<HTMLElement>(`[data-word="${word}"]`) : undefined;
    if (found === this.lit) return;
    this.lit?.classList.remove("heard");
    found?.classList.add("heard");
    this.lit = found ?? undefined;
  }

  private tell(kind: string, detail: unknown) {
    this.dispatchEvent(new CustomEvent(kind, { detail, bubbles: true }));
  }

  private press(event: MouseEvent) {
    const at = event.target as HTMLElement;
    const row = at.closest<HTMLElement>("[data-id]");
    if (!row || at.closest(".tools, .editor")) return;
    const id = row.dataset.id ?? "";
    if (at.matches(".pick")) return this.tell("pick", { id, range: event.shiftKey });
    const word = at.closest<HTMLElement>("[data-word]")?.dataset.word;
    if (word !== undefined) this.tell("hear", { id, word: Number(word) });
    else if (at.closest(".time")) this.tell("hear", { id, word: -1 });
    else this.tell("choose", id);
  }

  private words(s: Segment) {
    if (s.words.length === 0) return html`<span data-word="0">${s.text}</span>`;
    return s.words.map((word, index) => html`${index > 0 ? " " : ""}<span data-word=${index}>${word.text.trim()}</span>`);
  }

  private line(s: Segment) {
    const here = s.id === this.current;
    const stop = here ? 0 : -1;
    const name = this.nameOf(s.speaker);
    return html`<li class="row ${here ? "here" : ""} ${s.label ?? "none"}" data-id=${s.id} tabindex=${stop} aria-current=${here ? "true" : nothing}>
      <input class="pick" type="checkbox" tabindex=${stop} .checked=${this.picked.has(s.id)} aria-label=${t("pick", { time: clock(s.start) })} />
      <button class="time plain" tabindex=${stop} aria-label=${t("play_from", { time: clock(s.start) })}>${clock(s.start)}</button>
      <span class="who"><i class="dot" .style=${`background:${this.colourOf(s.speaker)}`}></i><b>${name}</b>${s.character ? html` <span class="as">${t("as", { name: s.character })}</span>` : nothing}</span>
      ${s.label ? html`<span class="label ${s.label}">${t(`short_${s.label}`)}</span>` : nothing}
      ${s.confidence !== null && s.label ? html`<span class="sure ${s.confidence < 0.6 ? "low" : ""}" title=${t("confidence")}>${s.edited.includes("label") ? "✓" : percent(s.confidence)}</span>` : nothing}
      ${s.edited.length ? html`<span class="mended" title=${t("edited")}>✎<span class="hidden">${t("edited")}</span></span>` : nothing}
      ${this.editor(s) ?? html`<p class="words">${this.words(s)}</p>`}
      ${here ? this.tools(s) : nothing}
    </li>`;
  }

  render() {
    const blocks = Array.from({ length: Math.ceil(this.segments.length / ROWS) }, (_, n) => n);
    return html`<div class="rows" @click=${this.press}>
      ${blocks.map((n) =>
        this.near.has(n)
          ? html`<ol data-block=${n} start=${n * ROWS + 1}>${repeat(this.segments.slice(n * ROWS, (n + 1) * ROWS), (s) => s.id, (s) => this.line(s))}</ol>`
          : html`<div data-block=${n} .style=${`height:${this.guess(n)}px`}></div>`,
      )}
    </div>`;
  }
}
