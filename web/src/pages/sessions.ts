// The library: all sessions of this machine, kept current by events.
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { change, get } from "../api";
import { Element, reason } from "../element";
import { bytes, date } from "../format";
import { plural, t } from "../i18n";
import { listen } from "../live";
import { complain, confirm, notify } from "../notices";
import { shareOf, type Job } from "../create/jobs";
import { startDemo } from "./create";
import { stageName } from "./plan";
import "./search";

export type State = "running" | "finished" | "failed" | "cancelled";

export interface Session {
  id: number;
  name: string;
  state: State;
  started: string;
  runs: number;
}

const STATES: State[] = ["running", "finished", "failed", "cancelled"];

@customElement("sessions-page")
export class SessionsPage extends Element {
  @state() private sessions: Session[] | null = null;
  @state() private jobs: Job[] = [];
  @state() private demo = false;
  @state() private problem = "";
  @state() private wanted = "";
  @state() private wantedState = "";

  connectedCallback() {
    super.connectedCallback();
    document.title = `Skald: ${t("sessions")}`;
    const put = (session: Session) => {
      if (!this.sessions) return;
      const rest = this.sessions.filter((s) => s.id !== session.id);
      this.sessions = [session, ...rest].sort((a, b) => b.started.localeCompare(a.started) || b.id - a.id);
    };
    this.whenGone(
      listen("session.added", put),
      listen("session.changed", put),
      listen("session.removed", (gone: Session) => (this.sessions = this.sessions?.filter((s) => s.id !== gone.id) ?? null)),
      listen("job.added", (job: Job) => (this.jobs = [...this.jobs.filter((j) => j.id !== job.id), job])),
      listen("job.changed", (job: Job) => (this.jobs = this.jobs.map((j) => (j.id === job.id ? job : j)))),
      listen("job.removed", (job: Job) => (this.jobs = this.jobs.filter((j) => j.id !== job.id))),
      listen("renew", () => this.load()),
    );
    this.load();
  }

  private async load() {
    try {
      const [{ sessions }, { jobs, demo }] = await Promise.all([get<{ sessions: Session[] }>("/sessions"), get<{ jobs: Job[]; demo: boolean }>("/jobs")]);
      this.sessions = sessions;
      this.jobs = jobs;
      this.demo = demo;
      this.problem = "";
    } catch (error) {
      this.problem = reason(error);
    }
  }

  private async forget(session: Session) {
    const sure = await confirm({ title: t("remove_title", { name: session.name }), text: t("remove_text"), action: t("remove"), danger: true });
    if (!sure) return;
    try {
      const done = await change<{ freed_bytes: number }>("DELETE", `/sessions/${session.id}`);
      this.sessions = this.sessions?.filter((s) => s.id !== session.id) ?? null;
      notify(t("removed", { name: session.name, size: bytes(done.freed_bytes) }));
      this.querySelector<HTMLElement>("h1")?.focus();
    } catch (error) {
      complain(error);
    }
  }

  private row(session: Session) {
    const name = session.name || t("unnamed");
    return html`<li class="session">
      <div class="what">
        <a class="name" href="#/sessions/${session.id}">${name}</a>
        <span class="muted">${date(session.started)}${session.runs > 1 ? html` · ${plural("runs", session.runs)}` : nothing}</span>
      </div>
      <span class="state ${session.state}">${t(`state_${session.state}`)}</span>
      <div class="do">
        <button class="plain" aria-label=${t("remove_named", { name })} ?disabled=${session.state === "running"} @click=${() => this.forget(session)}>${t("remove")}</button>
      </div>
    </li>`;
  }

  // What is done is among the sessions; what failed or was stopped waits for an answer.
  private work() {
    const open = this.jobs.filter((j) => j.state !== "finished");
    if (!open.length) return nothing;
    return html`<section aria-labelledby="work">
      <h2 id="work">${t("work")}</h2>
      <ul class="sessions">${repeat(
        open,
        (j) => j.id,
        (j) => html`<li class="session">
          <div class="what"><a class="name" href="#/jobs/${j.id}">${j.name}</a><span class="muted">${j.state === "running" ? stageName(j.stage) : date(j.created)}</span></div>
          <span class="state ${j.state}">${j.state === "waiting" ? t("state_waiting") : t(`state_${j.state}`)}</span>
          <div class="do"><progress max="1" .value=${shareOf(j)} aria-label=${j.name}></progress></div>
        </li>`,
      )}</ul>
    </section>`;
  }

  private empty() {
    return html`<section class="empty">
      <img src="/skald.svg" alt="" width="72" height="72" />
      <h2>${t("empty_title")}</h2>
      <p>${t("empty_what")}</p>
      <ol>
        <li>${t("empty_record")}</li>
        <li>${t("empty_process")}</li>
        <li>${t("empty_review")}</li>
      </ol>
      <div class="actions center"><a class="button primary" href="#/new">${t("new_session")}</a>${this.demo ? html`<button @click=${() => startDemo()}>${t("try_demo")}</button>` : nothing}</div>
      <p class="muted">${this.demo ? t("demo_what") : html`${t("demo_how")} <code>make demo</code>`}</p>
      <p class="muted">${t("empty_private")}</p>
    </section>`;
  }

  private shown() {
    const wanted = this.wanted.toLocaleLowerCase();
    return (this.sessions ?? []).filter((s) => s.name.toLocaleLowerCase().includes(wanted) && (!this.wantedState || s.state === this.wantedState));
  }

  private list() {
    const shown = this.shown();
    return html`
      <search-box role="search"></search-box>
      <div class="filters">
        <label class="field">${t("find_session")}<input type="search" .value=${this.wanted} @input=${(e: Event) => (this.wanted = (e.target as HTMLInputElement).value)} /></label>
        <label class="field">${t("state")}
          <select @change=${(e: Event) => (this.wantedState = (e.target as HTMLSelectElement).value)}>
            <option value="">${t("all")}</option>
            ${STATES.map((s) => html`<option value=${s} ?selected=${s === this.wantedState}>${t(`state_${s}`)}</option>`)}
          </select>
        </label>
      </div>
      <p class="muted" aria-live="polite">${plural("sessions", shown.length)}</p>
      <ul class="sessions">${repeat(shown, (s) => s.id, (s) => this.row(s))}</ul>
    `;
  }

  render() {
    return html`<div class="column">
      <h1 tabindex="-1">${t("sessions")}</h1>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem} <button @click=${() => this.load()}>${t("again")}</button></p>` : nothing}
      ${this.work()}
      ${this.sessions === null ? (this.problem ? nothing : html`<p class="muted" role="status">${t("loading")}</p>`) : this.sessions.length === 0 ? (this.jobs.some((j) => j.state !== "finished") ? nothing : this.empty()) : this.list()}
    </div>`;
  }
}
