// Words in all transcripts: each hit with its speaker and time, and the way there.
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { get } from "../api";
import { Element, reason } from "../element";
import { clock } from "../format";
import { plural, t } from "../i18n";

interface Hit {
  session: number;
  name: string;
  start: number;
  speaker: string;
  snippet: string;
  marks: [number, number][];
}

@customElement("search-box")
export class SearchBox extends Element {
  @state() private wanted = "";
  @state() private hits: Hit[] | null = null;
  @state() private total = 0;
  @state() private problem = "";

  private async find(wanted: string) {
    this.wanted = wanted;
    if (!wanted.trim()) {
      this.hits = null;
      return;
    }
    try {
      const found = await get<{ hits: Hit[]; total: number }>(`/search?${new URLSearchParams({ q: wanted })}`);
      if (this.wanted !== wanted) return; // an answer to an older question
      this.hits = found.hits;
      this.total = found.total;
      this.problem = "";
    } catch (error) {
      this.problem = reason(error);
    }
  }

  // Marks count characters, not the units of JavaScript's strings.
  private snippet(hit: Hit) {
    const letters = [...hit.snippet];
    const parts: unknown[] = [];
    let at = 0;
    for (const [from, to] of hit.marks) {
      parts.push(letters.slice(at, from).join(""), html`<mark>${letters.slice(from, to).join("")}</mark>`);
      at = to;
    }
    return [...parts, letters.slice(at).join("")];
  }

  render() {
    return html`
      <label class="field">${t("search_all")}<input type="search" .value=${this.wanted} @input=${(e: Event) => void this.find((e.target as HTMLInputElement).value)} /></label>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${this.hits
        ? html`<p class="muted" role="status">${plural("hits", this.total)}</p>
            <ol class="hits">${this.hits.map((hit) => html`<li><a href="#/sessions/${hit.session}?at=${hit.start}">${hit.name}, ${clock(hit.start)}</a> <b>${hit.speaker}</b> <span>${this.snippet(hit)}</span></li>`)}</ol>`
        : nothing}
    `;
  }
}
