// A session: listen, read, correct.
import { html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { ApiError, BASE, change, get } from "../api";
import { Element, reason } from "../element";
import { clock, date } from "../format";
import { plural, t } from "../i18n";
import { listen } from "../live";
import { ask, askText, complain, notify } from "../notices";
import { colour } from "../review/colours";
import { actOf, KEYS, type Act } from "../review/keys";
import * as model from "../review/model";
import { peaks } from "../review/peaks";
import { Player } from "../review/player";
import "../review/save";
import "../review/side";
import "../review/transcript";
import type { ReviewTranscript } from "../review/transcript";
import "../review/wave";
import type { Peaks } from "../review/wave";

const SAMPLE = 8; // seconds of a voice
const SPEEDS = [0.75, 1, 1.25, 1.5, 2];

@customElement("review-page")
export class ReviewPage extends Element {
  @property({ attribute: false }) session = 0;
  @property({ attribute: false }) at?: number;
  @state() private review: model.Review | null = null;
  @state() private problem = "";
  @state() private filter = model.everything;
  @state() private current = "";
  @state() private picked = new Set<string>();
  @state() private editing = "";
  @state() private playing = false;
  @state() private follow = true;
  @state() private peaks: Peaks | null = null;
  @state() private version = 0;
  @query("review-transcript") private list!: ReviewTranscript;
  @query(".clock") private clock!: HTMLElement;
  private player!: Player;
  private shown: model.Segment[] = [];
  private seen = new Set<string>();
  private order = new Map<string, number>();
  private heard = "";
  private word = -1;
  private sending: Promise<void> = Promise.resolve();

  connectedCallback() {
    super.connectedCallback();
    this.player = new Player(`${BASE}/sessions/${this.session}/audio`);
    this.player.listen((time, playing) => this.time(time, playing));
    const key = (event: KeyboardEvent) => this.key(event);
    document.addEventListener("keydown", key);
    this.whenGone(
      () => document.removeEventListener("keydown", key),
      () => this.player.close(),
      listen("renew", () => void this.load()),
      listen("review.changed", (told: { session: number; revision: string }) => void (told.session === this.session && this.elsewhere(told.revision))),
      listen("session.changed", (s: { id: number }) => void (s.id === this.session && this.load())),
    );
    void this.load();
  }

  private async load() {
    try {
      this.take(await model.load(this.session));
    } catch (error) {
      this.problem = reason(error);
    }
    if (this.review && !this.peaks) this.peaks = await peaks(this.session, this.review.duration).catch(() => null);
  }

  private take(review: model.Review) {
    const first = this.review === null;
    this.review = review;
    this.problem = "";
    this.order = new Map(review.speakers.map((s, index) => [s.id, index]));
    this.picked = new Set([...this.picked].filter((id) => review.segments.some((s) => s.id === id)));
    document.title = `Skald: ${review.name}`;
    if (!first) return;
    const start = this.at === undefined ? 0 : Math.max(0, model.indexAt(review.segments, this.at + 0.01));
    this.current = review.segments[start]?.id ?? "";
    if (this.at !== undefined) {
      this.player.seek(this.at);
      void this.updateComplete.then(() => this.list?.reveal(this.current, { focus: true, where: "center" }));
    }
  }

  private nameOf = (id: string) => {
    if (id === model.NOBODY) return t("nobody");
    const speaker = this.review?.speakers[this.order.get(id) ?? -1];
    return speaker && model.isNamed(speaker) ? speaker.name : t("voice", { n: (this.order.get(id) ?? 0) + 1 });
  };

  private colourOf = (id: string) => (id === model.NOBODY ? "gray" : colour(this.order.get(id) ?? 0));

  private segment(id: string) {
    return this.review?.segments.find((s) => s.id === id);
  }

  private time(time: number, playing: boolean) {
    this.playing = playing;
    if (!this.review) return;
    this.tellTime(time);
    // A sought time may come back a little earlier than it was asked for.
    const now = this.review.segments[model.indexAt(this.review.segments, time + 0.005)];
    if (playing && now && now.id !== this.heard) {
      this.heard = now.id;
      if (this.follow && !this.editing) void this.list?.reveal(now.id);
    }
    this.list?.mark(time > 0 ? now : undefined, time);
  }

  // Written past lit, as it changes with every frame.
  private tellTime(time: number) {
    const text = `${clock(time)} / ${clock(this.review?.duration ?? 0)}`;
    if (this.clock && this.clock.textContent !== text) this.clock.textContent = text;
  }

  protected updated() {
    this.tellTime(this.player.time);
  }

  private play(from?: number, end?: number) {
    void this.player.play(from, end).catch((error: Error) => error.name !== "AbortError" && notify(t("cannot_play"), "error"));
  }

  // Steps are sent one after another, as each builds on the one before.
  private next(work: (review: model.Review) => Promise<model.Review>): Promise<void> {
    this.sending = this.sending.then(async () => {
      if (!this.review) return;
      try {
        this.take(await work(this.review));
      } catch (error) {
        complain(error);
        if (error instanceof ApiError && error.status === 409) await this.load();
      }
    });
    return this.sending;
  }

  // Another page, or a script, corrected something; our own steps are known already.
  private async elsewhere(revision: string) {
    await this.sending;
    if (this.review && this.review.revision !== revision) await this.load();
  }

  private send(...edits: model.Edit[]) {
    return this.next((review) => model.edit(this.session, review, edits));
  }

  private step(which: "undo" | "redo") {
    if (which === "undo" ? this.review?.can_undo : this.review?.can_redo) void this.next((review) => model.step(this.session, review, which));
  }

  /** What a correction is for: what was picked, else the current segment. */
  private targets() {
    return this.picked.size ? [...this.picked] : this.current ? [this.current] : [];
  }

  private label(label: model.Label) {
    if (this.targets().length) void this.send({ op: "label", segments: this.targets(), label });
  }

  private assign(speaker: string) {
    if (speaker && this.targets().length) void this.send({ op: "speaker", segments: this.targets(), speaker });
  }

  private async character() {
    const segments = this.targets();
    if (!segments.length || !this.review) return;
    const name = await askText({
      title: t("set_character"),
      label: t("character"),
      value: this.segment(segments[0])?.character ?? "",
      action: t("save"),
      hints: model.values(this.review.segments, "character"),
    });
    if (name !== null) await this.send({ op: "character", segments, character: name });
  }

  private write(id: string) {
    this.editing = id;
    ++this.version;
    void this.updateComplete.then(() => this.list.updateComplete).then(() => this.querySelector<HTMLTextAreaElement>(".editor textarea")?.focus());
  }

  private async written(save: boolean) {
    const id = this.editing;
    const text = this.querySelector<HTMLTextAreaElement>(".editor textarea")?.value.trim() ?? "";
    const before = this.segment(id)?.text;
    this.editing = "";
    ++this.version;
    if (save && text && text !== before) await this.send({ op: "text", segment: id, text });
    await this.updateComplete;
    await this.list.reveal(id, { focus: true });
  }

  private split() {
    const s = this.segment(this.current);
    if (!s) return;
    if (this.word > 0 && this.word < s.words.length) void this.send({ op: "split", segment: s.id, word: this.word });
    else notify(t("split_how"));
  }

  private join() {
    const all = this.review?.segments ?? [];
    const index = all.findIndex((s) => s.id === this.current);
    if (index >= 0 && all[index + 1]) void this.send({ op: "join", segments: [all[index].id, all[index + 1].id] });
  }

  private pick(id: string, range: boolean) {
    const picked = new Set(this.picked);
    const [from, to] = [this.current, id].map((x) => this.shown.findIndex((s) => s.id === x));
    if (range && from >= 0 && to >= 0) for (const s of this.shown.slice(Math.min(from, to), Math.max(from, to) + 1)) picked.add(s.id);
    else if (!picked.delete(id)) picked.add(id);
    this.picked = picked;
    this.current = id;
  }

  private move(by: number) {
    const index = this.shown.findIndex((s) => s.id === this.current);
    const next = this.shown[Math.max(0, Math.min(this.shown.length - 1, index + by))];
    if (next) void this.choose(next.id);
  }

  private async choose(id: string, where: ScrollLogicalPosition = "nearest") {
    if (id !== this.current) this.word = -1;
    this.current = id;
    await this.updateComplete;
    await this.list.reveal(id, { focus: true, where });
  }

  private hear(id: string, word: number) {
    const s = this.segment(id);
    if (!s) return;
    this.current = id;
    this.word = word;
    this.heard = id;
    this.play(s.words[word]?.start ?? s.start);
  }

  private stepWord(by: number) {
    const s = this.segment(this.current);
    if (!s?.words.length) return;
    this.word = Math.max(0, Math.min(s.words.length - 1, this.word + by));
    this.player.seek(s.words[this.word].start);
    this.list.mark(s, s.words[this.word].start);
  }

  private check() {
    if (!this.review) return;
    if (this.current) this.seen.add(this.current);
    const next = model.nextToCheck(this.review.segments, this.seen);
    if (!next) return notify(t("all_checked"));
    this.seen.add(next.id);
    if (!model.matches(this.filter, next)) this.filter = model.everything;
    void this.choose(next.id, "center").then(() => this.play(next.start, next.end));
  }

  private sample(id: string) {
    const own = this.review?.segments.filter((s) => s.speaker === id) ?? [];
    const best = own.reduce<model.Segment | undefined>((a, b) => (!a || b.end - b.start > a.end - a.start ? b : a), undefined);
    if (best) this.play(best.start, Math.min(best.end, best.start + SAMPLE));
  }

  private point(time: number) {
    this.player.seek(time);
    const at = this.review?.segments[Math.max(0, model.indexAt(this.review.segments, time))];
    if (at) void this.choose(at.id, "center");
  }

  private key(event: KeyboardEvent) {
    const act = actOf(event);
    if (!act || !this.review) return;
    event.preventDefault();
    const acts: Record<Act, () => unknown> = {
      toggle: () => (this.playing ? this.player.audio.pause() : this.play()),
      hear: () => this.hear(this.current, -1),
      up: () => this.move(-1),
      down: () => this.move(1),
      word_back: () => this.stepWord(-1),
      word_on: () => this.stepWord(1),
      check: () => this.check(),
      ic: () => this.label("IC"),
      ooc: () => this.label("OOC"),
      mixed: () => this.label("MIXED"),
      speaker: () => this.assign(this.review?.speakers[Number(event.key) - 1]?.id ?? ""),
      character: () => this.character(),
      text: () => this.write(this.current),
      split: () => this.split(),
      join: () => this.join(),
      pick: () => this.pick(this.current, false),
      undo: () => this.step("undo"),
      redo: () => this.step("redo"),
      help: () => this.help(),
      leave: () => (this.picked = new Set()),
    };
    acts[act]();
  }

  private async rename(review: model.Review) {
    const name = await askText({ title: t("rename_session"), label: t("session_name"), value: review.name, action: t("rename") });
    if (!name || name === review.name) return;
    try {
      const now = await change<{ name: string }>("PATCH", `/sessions/${this.session}`, { name });
      if (this.review) this.take({ ...this.review, name: now.name });
    } catch (error) {
      complain(error);
    }
  }

  private async history() {
    try {
      const { edits } = await get<{ edits: { at: string; who: string; undone: boolean; edits: model.Edit[] }[] }>(`/sessions/${this.session}/history`);
      const what = (list: model.Edit[]) => [...new Set(list.map((e) => t(`op_${e.op}`)))].join(", ");
      const rows = [...edits].reverse().map((e) => html`<tr><td>${date(e.at)}</td><td>${e.who === "page" ? t("who_page") : t("who_token")}</td><td>${what(e.edits)}${e.undone ? html` <span class="muted">(${t("undone")})</span>` : nothing}</td></tr>`);
      void ask(html`<h2 id="question">${t("history")}</h2>${rows.length ? html`<table class="table">${rows}</table>` : html`<p>${t("history_empty")}</p>`}`, t("close"), false);
    } catch (error) {
      complain(error);
    }
  }

  private help() {
    void ask(html`<h2 id="question">${t("keys")}</h2><table class="keys">${KEYS.map((row) => html`<tr><th scope="row">${row.keys.map((key) => html`<kbd>${key === " " ? t("space") : key.replace("Arrow", "")}</kbd> `)}</th><td>${t(row.text)}</td></tr>`)}</table>`, t("close"), false);
  }

  // Buttons for one segment or for all that are picked.
  private buttons() {
    const speakers = this.review?.speakers ?? [];
    const now = this.picked.size ? undefined : this.segment(this.current);
    return html`
      <span class="group" role="group" aria-label=${t("label")}>
        ${model.LABELS.map((l) => html`<button class="label ${l}" aria-pressed=${now?.label === l ? "true" : "false"} @click=${() => this.label(l)}>${t(`label_${l}`)}</button>`)}
      </span>
      <select aria-label=${t("speaker")} .value=${now?.speaker ?? ""} @change=${(e: Event) => this.assign((e.target as HTMLSelectElement).value)}>
        ${now ? nothing : html`<option value="">${t("speaker")}</option>`}
        ${speakers.map((s) => html`<option value=${s.id} ?selected=${now?.speaker === s.id}>${this.nameOf(s.id)}</option>`)}
        <option value="new">${t("new_speaker")}</option>
      </select>
      <button @click=${() => this.character()}>${t("character")}</button>
    `;
  }

  private tools = (s: model.Segment) => {
    if (this.picked.size || this.editing) return nothing;
    return html`<div class="tools">
      ${this.buttons()}
      <button @click=${() => this.write(s.id)}>${t("edit_text")}</button>
      <button @click=${() => this.split()}>${t("split")}</button>
      <button @click=${() => this.join()}>${t("join")}</button>
    </div>`;
  };

  private editor = (s: model.Segment) => {
    if (this.editing !== s.id) return null;
    const key = (event: KeyboardEvent) => {
      if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) {
        event.preventDefault();
        void this.written(event.key === "Enter");
      }
    };
    return html`<div class="editor">
      <textarea rows="3" aria-label=${t("text")} .value=${s.text} @keydown=${key}></textarea>
      <div class="actions"><button class="plain" @click=${() => this.written(false)}>${t("cancel")}</button><button class="primary" @click=${() => this.written(true)}>${t("save")}</button></div>
    </div>`;
  };

  private bar(review: model.Review) {
    return html`<div class="player">
      <button class="primary" aria-label=${this.playing ? t("pause") : t("play")} @click=${() => (this.playing ? this.player.audio.pause() : this.play())}>${this.playing ? "❚❚" : "▶"}</button>
      <span class="clock"></span>
      <label class="hush"><span class="hidden">${t("speed")}</span>
        <select @change=${(e: Event) => (this.player.audio.playbackRate = Number((e.target as HTMLSelectElement).value))}>${SPEEDS.map((s) => html`<option value=${s} ?selected=${s === 1}>${s}×</option>`)}</select>
      </label>
      <label class="tick"><input type="checkbox" .checked=${this.follow} @change=${(e: Event) => (this.follow = (e.target as HTMLInputElement).checked)} /> ${t("follow")}</label>
      <span class="gap"></span>
      <button @click=${() => this.check()}>${t("next_to_check")}</button>
      <button ?disabled=${!review.can_undo} @click=${() => this.step("undo")}>${t("undo")}</button>
      <button ?disabled=${!review.can_redo} @click=${() => this.step("redo")}>${t("redo")}</button>
      <button class="plain" @click=${() => this.history()}>${t("history")}</button>
      <button class="plain" @click=${() => this.help()}>${t("keys")}</button>
      <review-save .session=${this.session} .characters=${model.values(review.segments, "character")}></review-save>
    </div>`;
  }

  private many() {
    if (!this.picked.size) return nothing;
    return html`<div class="many" role="region" aria-label=${t("picked", { n: this.picked.size })}>
      <b>${t("picked", { n: this.picked.size })}</b>${this.buttons()}<button class="plain" @click=${() => (this.picked = new Set())}>${t("pick_none")}</button>
    </div>`;
  }

  private body(review: model.Review) {
    this.shown = review.segments.filter((s) => model.matches(this.filter, s));
    return html`
      <div class="stage">
        ${this.bar(review)}
        <review-wave .player=${this.player} .duration=${review.duration} .peaks=${this.peaks} .segments=${review.segments} .speakers=${review.speakers} .nameOf=${this.nameOf}
          @point=${(e: CustomEvent<number>) => this.point(e.detail)}></review-wave>
      </div>
      <div class="split">
        <section aria-label=${t("transcript")}>
          ${review.segments.length ? nothing : html`<p class="muted">${t("no_segments")}</p>`}
          ${review.segments.length && !this.shown.length ? html`<p class="muted">${t("none_match")} <button @click=${() => (this.filter = model.everything)}>${t("show_all")}</button></p>` : nothing}
          <review-transcript .segments=${this.shown} .current=${this.current} .picked=${this.picked} .version=${this.version} .nameOf=${this.nameOf} .colourOf=${this.colourOf} .tools=${this.tools} .editor=${this.editor}
            @hear=${(e: CustomEvent<{ id: string; word: number }>) => this.hear(e.detail.id, e.detail.word)}
            @choose=${(e: CustomEvent<string>) => this.choose(e.detail)}
            @pick=${(e: CustomEvent<{ id: string; range: boolean }>) => this.pick(e.detail.id, e.detail.range)}></review-transcript>
        </section>
        <aside aria-label=${t("beside")}>
          <review-side .review=${review} .filter=${this.filter} .shown=${this.shown.length} .nameOf=${this.nameOf} .colourOf=${this.colourOf}
            @filter=${(e: CustomEvent<model.Filter>) => (this.filter = e.detail)}
            @edit=${(e: CustomEvent<model.Edit[]>) => this.send(...e.detail)}
            @sample=${(e: CustomEvent<string>) => this.sample(e.detail)}></review-side>
        </aside>
      </div>
      ${this.many()}
    `;
  }

  private explain() {
    return html`<p class="problem" role="alert">${this.problem} <button @click=${() => this.load()}>${t("again")}</button></p>`;
  }

  render() {
    const { review } = this;
    return html`<div class="review">
      <p class="crumb"><a href="#/">← ${t("sessions")}</a></p>
      <div class="head"><h1 tabindex="-1">${review?.name ?? t("session")}</h1>${review ? html`<button class="plain" @click=${() => this.rename(review)}>${t("rename")}</button>` : nothing} <a class="button plain" href="#/sessions/${this.session}/again">${t("again_session")}</a></div>
      ${review?.unattached.length ? html`<p class="banner" role="status">${plural("unattached", review.unattached.length)}</p>` : nothing}
      ${this.problem ? this.explain() : nothing}
      ${review ? this.body(review) : this.problem ? nothing : html`<p class="muted" role="status">${t("loading")}</p>`}
    </div>`;
  }
}
