// A session that is being made: its stages, what remains, what stands in, what went wrong.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { change, get } from "../api";
import { Element, reason } from "../element";
import { clock, percent } from "../format";
import { t } from "../i18n";
import { listen } from "../live";
import { complain, confirm } from "../notices";
import "../create/heard";
import { shareOf, type Job } from "../create/jobs";
import { stageName } from "./plan";

@customElement("job-page")
export class JobPage extends Element {
  @property({ attribute: false }) job = 0;
  @state() private now: Job | null = null;
  @state() private problem = "";

  connectedCallback() {
    super.connectedCallback();
    const take = (job: Job) => {
      if (job.id === this.job) this.now = job;
    };
    this.whenGone(listen("job.changed", take), listen("job.added", take), listen("renew", () => void this.load()));
    void this.load();
  }

  private async load() {
    try {
      this.now = await get<Job>(`/jobs/${this.job}`);
      document.title = `Skald: ${this.now.name}`;
    } catch (error) {
      this.problem = reason(error);
    }
  }

  private async ask(which: "cancel" | "resume") {
    try {
      this.now = await change<Job>("POST", `/jobs/${this.job}/${which}`, {});
    } catch (error) {
      complain(error);
    }
  }

  private async forget(job: Job) {
    if (!(await confirm({ title: t("remove_title", { name: job.name }), text: t("remove_job"), action: t("remove"), danger: true }))) return;
    try {
      await change("DELETE", `/jobs/${job.id}`);
      location.hash = "#/";
    } catch (error) {
      complain(error);
    }
  }

  private stage(s: Job["stages"][number]) {
    const share = s.state === "done" || s.state === "reused" ? 1 : s.share;
    const told = s.state === "reused" ? t("stage_reused") : s.state === "done" ? clock(s.seconds) : s.state === "running" ? percent(share) : "";
    return html`<li class="stage-row ${s.state}" aria-current=${s.state === "running" ? "step" : nothing}>
      <span>${stageName(s.name)}</span><progress max="1" .value=${share} aria-label=${stageName(s.name)}></progress><span class="muted">${told}</span>
    </li>`;
  }

  private outcome(job: Job) {
    if (job.state === "failed" && job.error)
      return html`<div class="problem" role="alert"><b>${t("job_failed")}</b><p>${job.error.message}</p>${job.error.advice ? html`<p>${job.error.advice}</p>` : nothing}</div>`;
    if (job.state === "waiting") return html`<p role="status">${t("job_waits")}</p>`;
    if (job.state === "cancelled") return html`<p role="status">${t("job_cancelled")}</p>`;
    if (job.state === "finished") return html`<p role="status">${t("job_finished")}</p>`;
    return html`<p role="status">${job.remaining_seconds === null || job.remaining_seconds === undefined ? t("job_runs") : t("job_remains", { time: clock(job.remaining_seconds) })}</p>`;
  }

  private buttons(job: Job) {
    return html`<div class="actions">
      ${job.state === "running" || job.state === "waiting" ? html`<button @click=${() => this.ask("cancel")}>${t("stop")}</button>` : nothing}
      ${job.state === "failed" || job.state === "cancelled" ? html`<button class="primary" @click=${() => this.ask("resume")}>${t("resume")}</button>` : nothing}
      ${job.state === "running" ? nothing : html`<button class="plain" @click=${() => this.forget(job)}>${t("remove")}</button>`}
      ${job.state === "finished" && job.session ? html`<a class="button primary" href="#/sessions/${job.session}">${t("review")}</a>` : nothing}
    </div>`;
  }

  private body(job: Job) {
    const notes = [...job.fallbacks.map((f) => f.message), ...(job.notes ?? []).map((n) => n.text)];
    return html`
      <section class="card">
        ${this.outcome(job)}
        <progress class="whole" max="1" .value=${shareOf(job)} aria-label=${job.name}></progress>
        <ol class="stages">${job.stages.map((s) => this.stage(s))}</ol>
        ${this.buttons(job)}
      </section>
      <job-heard .job=${job.id}></job-heard>
      ${notes.length ? html`<section class="card" aria-labelledby="notes"><h2 id="notes">${t("job_notes")}</h2><ul>${notes.map((text) => html`<li>${text}</li>`)}</ul></section>` : nothing}
    `;
  }

  render() {
    return html`<div class="column tools-page">
      <h1 tabindex="-1">${this.now?.name ?? t("session")}</h1>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${this.now ? this.body(this.now) : nothing}
    </div>`;
  }
}
