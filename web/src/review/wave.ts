// The sound as a waveform, and below it a lane for each speaker with story and table talk in their colours.
import { html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import WaveSurfer from "wavesurfer.js";
import { nonce } from "../api";
import { Element } from "../element";
import { clock } from "../format";
import { t } from "../i18n";
import { LABELS, type Segment, type Speaker } from "./model";
import type { Player } from "./player";

const LANE = 12;
const WIDEST = 250_000; // pixels: beyond that browsers lose scroll positions

export interface Peaks {
  duration: number;
  peaks: number[];
}

@customElement("review-wave")
export class ReviewWave extends Element {
  @property({ attribute: false }) player!: Player;
  @property({ attribute: false }) duration = 0;
  @property({ attribute: false }) peaks: Peaks | null = null;
  @property({ attribute: false }) segments: Segment[] = [];
  @property({ attribute: false }) speakers: Speaker[] = [];
  @property({ attribute: false }) nameOf: (id: string) => string = (id) => id;
  @state() private zoom = 0;
  @query(".wave") private box!: HTMLElement;
  @query("canvas") private canvas!: HTMLCanvasElement;
  @query(".needle") private needle!: HTMLElement;
  private surfer?: WaveSurfer;
  private from = 0;
  private to = 0;

  connectedCallback() {
    super.connectedCallback();
    const redraw = () => {
      this.recolour();
      this.draw();
    };
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const size = new ResizeObserver(() => this.draw());
    size.observe(this);
    window.addEventListener("skald-colours", redraw);
    dark.addEventListener("change", redraw);
    this.whenGone(
      () => size.disconnect(),
      () => window.removeEventListener("skald-colours", redraw),
      () => dark.removeEventListener("change", redraw),
      () => this.surfer?.destroy(),
    );
  }

  protected firstUpdated() {
    this.from = 0;
    this.to = this.duration;
    this.player.listen((time) => this.point(time));
  }

  protected updated(changed: Map<string, unknown>) {
    if (changed.has("peaks") && this.peaks && !this.surfer) this.make(this.peaks);
    if (changed.has("duration")) this.to ||= this.duration;
    this.draw();
  }

  private tint(name: string): string {
    const probe = this.querySelector<HTMLElement>(`[data-tint="${name}"]`);
    return probe ? getComputedStyle(probe).backgroundColor : "gray";
  }

  private make(known: Peaks) {
    this.surfer = WaveSurfer.create({
      container: this.box,
      media: this.player.audio,
      peaks: [Float32Array.from(known.peaks, (v) => v / 128)],
      duration: known.duration || this.duration,
      height: 64,
      normalize: true,
      cspNonce: nonce,
      cursorWidth: 2,
      waveColor: this.tint("wave"),
      progressColor: this.tint("played"),
      cursorColor: this.tint("played"),
    });
    const seen = (from: number, to: number) => {
      this.from = from;
      this.to = to;
      this.draw();
    };
    this.surfer.on("scroll", seen);
    this.surfer.on("redrawcomplete", () => this.draw());
    // The sound may stand elsewhere already.
    this.surfer.once("ready", () => this.player.time > 0 && this.surfer?.setTime(this.player.time));
  }

  private recolour() {
    this.surfer?.setOptions({ waveColor: this.tint("wave"), progressColor: this.tint("played"), cursorColor: this.tint("played") });
  }

  private setZoom(value: number) {
    this.zoom = value;
    if (!this.surfer || !this.duration) return;
    const fit = this.box.clientWidth / this.duration;
    const most = Math.max(fit, Math.min(200, WIDEST / this.duration));
    this.surfer.zoom(value === 0 ? 0 : fit * (most / fit) ** (value / 100));
    if (value === 0) [this.from, this.to] = [0, this.duration];
    else {
      const shown = this.box.clientWidth / (fit * (most / fit) ** (value / 100));
      const start = Math.max(0, Math.min(this.player.time - shown / 2, this.duration - shown));
      this.surfer.setScrollTime(start);
      [this.from, this.to] = [start, start + shown];
    }
    this.draw();
  }

  private point(time: number) {
    if (!this.needle || !this.canvas) return;
    const share = (time - this.from) / (this.to - this.from || 1);
    this.needle.hidden = share < 0 || share > 1;
    this.needle.style.transform = `translateX(${share * this.canvas.clientWidth}px)`;
  }

  private draw() {
    const canvas = this.canvas;
    const brush = canvas?.getContext("2d");
    if (!brush || !this.duration) return;
    const scale = window.devicePixelRatio || 1;
    const [wide, high] = [canvas.clientWidth, this.speakers.length * LANE];
    canvas.width = wide * scale;
    canvas.height = high * scale;
    brush.scale(scale, scale);
    const tints = Object.fromEntries([...LABELS, "none"].map((name) => [name, this.tint(name)]));
    const lane = new Map(this.speakers.map((s, index) => [s.id, index]));
    const perSecond = wide / (this.to - this.from || 1);
    for (const s of this.segments) {
      const row = lane.get(s.speaker);
      if (row === undefined || s.end < this.from || s.start > this.to) continue;
      brush.fillStyle = tints[s.label ?? "none"];
      brush.fillRect((s.start - this.from) * perSecond, row * LANE + 2, Math.max(1, (s.end - s.start) * perSecond), LANE - 4);
    }
    this.point(this.player.time);
  }

  private press(event: MouseEvent) {
    const time = this.from + (event.offsetX / this.canvas.clientWidth) * (this.to - this.from);
    this.dispatchEvent(new CustomEvent("point", { detail: time, bubbles: true }));
  }

  render() {
    return html`
      <div class="names" aria-hidden="true">${this.speakers.map((s) => html`<span>${this.nameOf(s.id)}</span>`)}</div>
      <div class="sound">
        <div class="wave" ?hidden=${!this.peaks}></div>
        <div class="lanes">
          <canvas role="img" aria-label=${t("lanes", { n: this.speakers.length, time: clock(this.duration) })} .style=${`height:${this.speakers.length * LANE}px`} @click=${this.press}></canvas>
          <div class="needle" hidden></div>
        </div>
      </div>
      <div class="below">
        ${LABELS.map((label) => html`<span class="legend"><i data-tint=${label}></i>${t(`label_${label}`)}</span>`)}
        <i data-tint="none" hidden></i><i data-tint="wave" hidden></i><i data-tint="played" hidden></i>
        ${this.peaks
          ? html`<label class="zoom">${t("zoom")}<input type="range" min="0" max="100" .value=${String(this.zoom)} @input=${(e: Event) => this.setZoom(Number((e.target as HTMLInputElement).value))} /></label>`
          : nothing}
      </div>
    `;
  }
}
