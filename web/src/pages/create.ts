// A new session: recording, table, settings, start.
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { change, get } from "../api";
import { Element, reason } from "../element";
import { bytes, percent } from "../format";
import { t } from "../i18n";
import { listen } from "../live";
import { complain } from "../notices";
import type { Job } from "../create/jobs";
import "../create/options";
import type { Options } from "../create/options";
import { keep, keptParties, nobody, partyText, readParty, type Party } from "../create/party";
import { Upload, type UploadState } from "../create/upload";

const LONGEST_NAME = 200; // bytes
@customElement("create-page")
export class CreatePage extends Element {
  @state() private uploads: Upload[] = [];
  @state() private path = "";
  @state() private name = "";
  @state() private party: Party = keptParties()[0] ?? nobody();
  @state() private options: Options = { language: "auto" };
  @state() private problem = "";
  @state() private starting = false;
  @state() private over = false;

  connectedCallback() {
    super.connectedCallback();
    document.title = `Skald: ${t("new_session")}`;
    this.whenGone(
      listen("upload.changed", (told: { id: number }) => void this.uploads.find((u) => u.state.id === told.id)?.look()),
      listen("renew", () => this.uploads.forEach((u) => u.complete && void u.look())),
      () => this.uploads.forEach((u) => u.running && u.pause()),
    );
    void this.load();
  }

  private changed = () => this.requestUpdate();

  private async load() {
    try {
      const { uploads } = await get<{ uploads: UploadState[] }>("/uploads");
      this.uploads = uploads.map((state) => new Upload(state, null, this.changed));
    } catch (error) {
      this.problem = reason(error);
    }
  }

  private async add(files: Iterable<File>) {
    for (const file of files) {
      const known = this.uploads.find((u) => u.fits(file));
      if (known) {
        known.take(file);
        continue;
      }
      try {
        const upload = await Upload.begin(file, this.changed);
        this.uploads = [...this.uploads, upload];
        if (!this.name) this.name = file.name.replace(/\.[^.]*$/, "").replaceAll("_", " ");
        void upload.go();
      } catch (error) {
        complain(error);
      }
    }
  }

  private async drop(upload: Upload) {
    try {
      await upload.drop();
      this.uploads = this.uploads.filter((u) => u !== upload);
    } catch (error) {
      complain(error);
    }
  }

  private status(u: Upload): string {
    if (u.problem) return u.problem;
    if (u.waiting) return t("upload_waits");
    if (u.lacksFile) return t("upload_again");
    if (!u.complete) return t("upload_share", { share: percent(u.state.offset / u.state.size), size: bytes(u.state.size) });
    return u.state.state === "checking" ? t("upload_checks") : t("upload_done", { size: bytes(u.state.size) });
  }

  private upload(u: Upload) {
    return html`<li class="upload">
      <b>${u.state.name}</b>
      <button class="plain" aria-label=${t("remove_named", { name: u.state.name })} @click=${() => this.drop(u)}>${t("remove")}</button>
      <progress max=${u.state.size} .value=${u.state.offset} aria-label=${u.state.name}></progress>
      <span class="muted" role="status">${this.status(u)}
        ${u.state.duplicate_of ? html` <a href="#/sessions/${u.state.duplicate_of}">${t("upload_known")}</a>` : nothing}</span>
      ${u.problem ? html`<button @click=${() => u.go()}>${t("again")}</button>` : nothing}
    </li>`;
  }

  private recording() {
    const over = (yes: boolean) => (event: DragEvent) => {
      event.preventDefault();
      this.over = yes;
    };
    const dropped = (event: DragEvent) => {
      event.preventDefault();
      this.over = false;
      void this.add(event.dataTransfer?.files ?? []);
    };
    const chosen = (event: Event) => {
      const input = event.target as HTMLInputElement;
      void this.add([...(input.files ?? [])]);
      input.value = "";
    };
    return html`<section class="card" aria-labelledby="recording">
      <h2 id="recording">1. ${t("recording")}</h2>
      <div class="drop ${this.over ? "over" : ""}" @dragover=${over(true)} @dragleave=${over(false)} @drop=${dropped}>
        <p>${t("drop_here")}</p>
        <label class="button primary">${t("choose_files")}<input class="hidden" type="file" multiple accept="audio/*,video/*,.flac,.opus,.mkv,.zip" @change=${chosen} /></label>
      </div>
      <ul class="uploads">${this.uploads.map((u) => this.upload(u))}</ul>
      <details><summary>${t("other_ways")}</summary>
        <label class="field">${t("path_here")}<input .value=${this.path} @input=${(e: Event) => (this.path = (e.target as HTMLInputElement).value)} /></label>
      </details>
    </section>`;
  }

  // A change makes it another party than the file that was read.
  private seat(index: number, part: Partial<{ player: string; character: string }>) {
    const seats = this.party.seats.map((s, n) => (n === index ? { ...s, ...part } : s));
    this.party = { ...this.party, seats, text: undefined };
  }

  private async read(event: Event) {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    try {
      this.party = readParty(await file.text());
    } catch {
      this.problem = t("party_unreadable", { name: file.name });
    }
  }

  private table() {
    const kept = keptParties();
    const { party } = this;
    return html`<section class="card" aria-labelledby="table">
      <h2 id="table">2. ${t("table")}</h2>
      <p class="muted">${t("table_why")}</p>
      <div class="fields">
        ${kept.length
          ? html`<label class="field">${t("kept_parties")}
              <select @change=${(e: Event) => (this.party = kept[Number((e.target as HTMLSelectElement).value)] ?? nobody())}>
                <option value="-1">${t("new_party")}</option>
                ${kept.map((p, n) => html`<option value=${n} ?selected=${p.name === party.name}>${p.name}</option>`)}
              </select></label>`
          : nothing}
        <label class="field">${t("party_name")}<input .value=${party.name} maxlength="100" @input=${(e: Event) => (this.party = { ...party, name: (e.target as HTMLInputElement).value, text: undefined })} /></label>
        <label class="field">${t("role_dm")}<input .value=${party.dm} maxlength="100" @input=${(e: Event) => (this.party = { ...party, dm: (e.target as HTMLInputElement).value, text: undefined })} /></label>
        <label class="button">${t("read_party")}<input class="hidden" type="file" accept=".json,application/json" @change=${this.read} /></label>
      </div>
      ${party.seats.map(
        (s, n) => html`<div class="fields">
          <label class="field">${t("player", { n: n + 1 })}<input .value=${s.player} maxlength="100" @input=${(e: Event) => this.seat(n, { player: (e.target as HTMLInputElement).value })} /></label>
          <label class="field">${t("character")}<input .value=${s.character} maxlength="100" @input=${(e: Event) => this.seat(n, { character: (e.target as HTMLInputElement).value })} /></label>
        </div>`,
      )}
      <button @click=${() => (this.party = { ...party, seats: [...party.seats, { player: "", character: "" }], text: undefined })}>${t("add_player")}</button>
    </section>`;
  }

  private nameProblem(): string {
    const name = this.name.trim();
    if (!name) return t("name_missing");
    if (new TextEncoder().encode(name).length > LONGEST_NAME) return t("name_long");
    return "";
  }

  private settings() {
    const wrong = this.nameProblem();
    return html`<section class="card" aria-labelledby="how">
      <h2 id="how">3. ${t("session")}</h2>
      <div class="fields">
        <label class="field">${t("session_name")}
          <input .value=${this.name} aria-invalid=${wrong ? "true" : "false"} aria-describedby="name-note" @input=${(e: Event) => (this.name = (e.target as HTMLInputElement).value)} />
        </label>
      </div>
      <p id="name-note" class="muted" aria-live="polite">${wrong}</p>
      <run-options .options=${this.options} @choose=${(e: CustomEvent<Options>) => (this.options = e.detail)}></run-options>
    </section>`;
  }

  /** Recordings of this session; null while one is not there yet. */
  private recordings(): object[] | null {
    if (this.uploads.some((u) => !u.complete && !u.lacksFile)) return null;
    const all: object[] = this.uploads.filter((u) => u.complete).map((u) => ({ upload: u.state.id }));
    if (this.path.trim()) all.push({ path: this.path.trim() });
    return all.length ? all : null;
  }

  private async start(recordings: object[], more: object) {
    this.starting = true;
    this.problem = "";
    try {
      const job = await change<Job>("POST", "/jobs", { recordings, ...more });
      location.hash = `#/jobs/${job.id}`;
    } catch (error) {
      this.problem = reason(error);
    } finally {
      this.starting = false;
    }
  }

  private begin() {
    const recordings = this.recordings();
    if (!recordings || this.nameProblem()) return;
    keep(this.party);
    void this.start(recordings, { name: this.name.trim(), party: partyText(this.party), options: this.options });
  }

  render() {
    const ready = this.recordings() !== null && !this.nameProblem();
    return html`<div class="column tools-page">
      <h1 tabindex="-1">${t("new_session")}</h1>
      ${this.recording()}${this.table()}${this.settings()}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      <div class="actions">
        <span class="muted">${ready ? t("ready") : t("not_ready")}</span>
        <button class="primary" ?disabled=${!ready || this.starting} @click=${() => this.begin()}>${t("start")}</button>
      </div>
    </div>`;
  }
}

/** The demo session, as a job; goes to its page. */
export async function startDemo() {
  try {
    const job = await change<Job>("POST", "/jobs", { recordings: [{ demo: true }], name: t("demo_name") });
    location.hash = `#/jobs/${job.id}`;
  } catch (error) {
    complain(error);
  }
}
