// The newest lines of the logs, and the file that helps others to help.
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { get, send } from "../api";
import { Element, reason } from "../element";
import { t } from "../i18n";
import { complain } from "../notices";
import { inTurn } from "../pages/plan";

interface Line {
  time: string;
  level: string;
  text: string;
  file: string;
}

const LEVELS = ["debug", "info", "warning", "error", "critical"] as const;
const TINTS: Record<string, string> = { warning: "warning", error: "failed", critical: "failed" };

@customElement("logs-card")
export class LogsCard extends Element {
  @state() private lines: Line[] | null = null;
  @state() private folder = "";
  @state() private level: (typeof LEVELS)[number] = "info";
  @state() private problem = "";
  @state() private collecting = false;

  connectedCallback() {
    super.connectedCallback();
    void this.load();
  }

  private async load() {
    try {
      ({ lines: this.lines, folder: this.folder } = await get<{ lines: Line[]; folder: string }>(`/logs?level=${this.level}&limit=300`));
      this.problem = "";
    } catch (error) {
      this.problem = reason(error);
    }
  }

  // Not by a plain link: what goes wrong is told here, and not saved as a file.
  private async support() {
    this.collecting = true;
    try {
      const file = await inTurn("/support", (path) => send("GET", path).then((reply) => reply.blob()));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = "skald-support.zip";
      link.click();
      window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (error) {
      complain(error);
    } finally {
      this.collecting = false;
    }
  }

  private line(line: Line) {
    return html`<li title=${line.file}><span class="muted">${line.time}</span> <span class="state ${TINTS[line.level] ?? ""}">${line.level}</span> ${line.text}</li>`;
  }

  render() {
    return html`<section class="card" aria-labelledby="logs">
      <div class="head"><h2 id="logs">${t("logs")}</h2><button ?disabled=${this.collecting} @click=${() => this.support()}>${this.collecting ? t("support_made") : t("support")}</button></div>
      <div class="filters">
        <label class="field">${t("log_level")}
          <select @change=${(e: Event) => { this.level = (e.target as HTMLSelectElement).value as typeof this.level; void this.load(); }}>
            ${LEVELS.map((l) => html`<option value=${l} ?selected=${l === this.level}>${t(`log_${l}`)}</option>`)}
          </select>
        </label>
        <button @click=${() => this.load()}>${t("log_again")}</button>
      </div>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${this.lines?.length ? html`<div class="log" tabindex="0" role="region" aria-label=${t("logs")}><ol>${this.lines.map((l) => this.line(l))}</ol></div>` : this.lines ? html`<p class="muted">${t("log_empty")}</p>` : nothing}
      <p class="muted">${t("log_where", { folder: this.folder })} ${t("support_what")}</p>
    </section>`;
  }
}
