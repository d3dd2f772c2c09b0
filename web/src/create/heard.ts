// What a run has written down so far: scrolls along with what comes, unless the reader looks at something before.
import { html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { guard } from "lit/directives/guard.js";
import { get } from "../api";
import { Element } from "../element";
import { clock } from "../format";
import { t } from "../i18n";
import { listen } from "../live";
import { colour } from "../review/colours";
import { NOBODY } from "../review/model";

interface Heard {
  start: number;
  end: number;
  speaker: string;
  name: string;
  text: string;
}
interface News {
  job: number;
  from: number;
  segments: Heard[];
}

const BLOCK = 50; // rows that are drawn together
const NEAR = 40; // pixels from the end that count as the end

@customElement("job-heard")
export class JobHeard extends Element {
  @property({ attribute: false }) job = 0;
  @state() private segments: Heard[] = [];
  @state() private along = true;
  @query(".heard-text") private box?: HTMLElement;
  private waiting: News[] | null = null;

  connectedCallback() {
    super.connectedCallback();
    this.whenGone(
      listen("job.segments", (news: News) => news.job === this.job && this.take(news)),
      listen("renew", () => void this.load()),
    );
    void this.load();
  }

  // What is told while the rest is on its way comes after it.
  private async load() {
    this.waiting = [];
    const { segments } = await get<{ segments: Heard[] }>(`/jobs/${this.job}/segments`).catch(() => ({ segments: [] }));
    const told = this.waiting ?? [];
    this.waiting = null;
    this.segments = segments;
    for (const news of told) this.take(news);
  }

  private take(news: News) {
    if (this.waiting) this.waiting.push(news);
    else if (news.from > this.segments.length) void this.load();
    else this.segments = [...this.segments.slice(0, news.from), ...news.segments];
  }

  protected updated() {
    if (this.along && this.box) this.box.scrollTop = this.box.scrollHeight;
  }

  private scrolled = () => {
    const { box } = this;
    if (box) this.along = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  };

  private who(s: Heard) {
    const number = Number(/\d+$/.exec(s.speaker)?.[0] ?? 0);
    const name = s.speaker === NOBODY ? t("nobody") : s.name && s.name !== s.speaker ? s.name : t("voice", { n: number + 1 });
    return html`<span class="who"><i class="dot" .style=${`background:${s.speaker === NOBODY ? "gray" : colour(number)}`}></i><b>${name}</b></span>`;
  }

  private block(rows: Heard[]) {
    return rows.map((s) => html`<li><span class="muted">${clock(s.start)}</span>${this.who(s)}<span>${s.text}</span></li>`);
  }

  render() {
    const { segments } = this;
    if (!segments.length) return nothing;
    const blocks = Array.from({ length: Math.ceil(segments.length / BLOCK) }, (_, n) => segments.slice(n * BLOCK, (n + 1) * BLOCK));
    return html`<section class="card" aria-labelledby="heard">
      <div class="head"><h2 id="heard">${t("heard")}</h2>
        ${this.along ? nothing : html`<button class="plain" @click=${() => (this.along = true)}>${t("heard_newest")}</button>`}</div>
      <p class="muted">${t("heard_why")}</p>
      <div class="heard-text" tabindex="0" role="region" aria-labelledby="heard" @scroll=${this.scrolled}>
        ${blocks.map((rows) => html`<ol>${guard([document.documentElement.lang, rows.length, rows[0], rows.at(-1)], () => this.block(rows))}</ol>`)}
      </div>
    </section>`;
  }
}
