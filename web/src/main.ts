// The frame of all pages: navigation, language, colours; the address after # chooses the page.
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import "./app.css";
import { version } from "./api";
import { Element } from "./element";
import { language, setLanguage, t } from "./i18n";
import { listen } from "./live";
import "./pages/again";
import "./pages/review";
import "./pages/create";
import "./pages/job";
import "./pages/plan";
import "./pages/sessions";
import "./pages/tools";

type Colours = "auto" | "light" | "dark";
const KEPT = "skald-colours";

function colours(): Colours {
  const kept = localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

function setColours(wanted: Colours) {
  localStorage.setItem(KEPT, wanted);
  if (wanted === "auto") delete document.documentElement.dataset.colours;
  else document.documentElement.dataset.colours = wanted;
  window.dispatchEvent(new Event("skald-colours"));
}

setColours(colours());
// Pages go to their own place: a word that was searched for, the top.
history.scrollRestoration = "manual";

interface Place {
  name: "sessions" | "review" | "again" | "new" | "job" | "tools" | "none";
  id: number;
  at?: number;
}

function place(): Place {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, id, what] = path.split("/");
  const at = new URLSearchParams(query ?? "").get("at");
  if (path === "") return { name: "sessions", id: 0 };
  if (name === "sessions" && what === "again" && /^\d{1,15}$/.test(id ?? "")) return { name: "again", id: Number(id) };
  if (name === "sessions" && /^\d{1,15}$/.test(id ?? "")) return { name: "review", id: Number(id), at: at && Number(at) >= 0 ? Number(at) : undefined };
  if (name === "jobs" && /^\d{1,15}$/.test(id ?? "")) return { name: "job", id: Number(id) };
  return { name: path === "tools" || path === "new" ? path : "none", id: 0 };
}

@customElement("skald-app")
export class App extends Element {
  @state() private place = place();
  @state() private connected = true;

  connectedCallback() {
    super.connectedCallback();
    const moved = () => {
      this.place = place();
      this.updateComplete.then(() => this.querySelector<HTMLElement>("main")?.focus({ preventScroll: true }));
      window.scrollTo(0, 0);
    };
    window.addEventListener("hashchange", moved);
    this.whenGone(
      () => window.removeEventListener("hashchange", moved),
      listen("connection", (open: boolean) => (this.connected = open)),
    );
  }

  private page() {
    switch (this.place.name) {
      case "sessions":
        return html`<sessions-page></sessions-page>`;
      case "review":
        return keyed(location.hash, html`<review-page .session=${this.place.id} .at=${this.place.at}></review-page>`);
      case "again":
        return keyed(this.place.id, html`<again-page .session=${this.place.id}></again-page>`);
      case "new":
        return html`<create-page></create-page>`;
      case "job":
        return keyed(this.place.id, html`<job-page .job=${this.place.id}></job-page>`);
      case "tools":
        return html`<tools-page></tools-page>`;
      default:
        return html`<div class="column"><h1>${t("nothing_here")}</h1><p><a href="#/">${t("to_sessions")}</a></p></div>`;
    }
  }

  private link(href: string, text: string, here: boolean) {
    return html`<a href=${href} aria-current=${here ? "page" : nothing}>${text}</a>`;
  }

  render() {
    return html`
      <a class="skip" href="#main" @click=${this.skip}>${t("skip")}</a>
      <header class="top">
        <a class="brand" href="#/" aria-label="Skald ${version}"><img src="/skald.svg" alt="" width="28" height="28" /><span>Skald</span></a>
        <nav aria-label=${t("pages")}>${this.link("#/", t("sessions"), ["sessions", "review", "again"].includes(this.place.name))}${this.link("#/new", t("new_session"), this.place.name === "new" || this.place.name === "job")}${this.link("#/tools", t("tools"), this.place.name === "tools")}</nav>
        <div class="choices">
          <label><span class="hidden">${t("language")}</span>
            <select @change=${(e: Event) => setLanguage((e.target as HTMLSelectElement).value as "en" | "nl")}>
              <option value="en" ?selected=${language() === "en"}>English</option>
              <option value="nl" ?selected=${language() === "nl"}>Nederlands</option>
            </select>
          </label>
          <label><span class="hidden">${t("colours")}</span>
            <select @change=${(e: Event) => setColours((e.target as HTMLSelectElement).value as Colours)}>
              ${(["auto", "light", "dark"] as const).map((c) => html`<option value=${c} ?selected=${colours() === c}>${t(`colours_${c}`)}</option>`)}
            </select>
          </label>
        </div>
      </header>
      ${this.connected ? nothing : html`<p class="banner" role="alert">${t("connection_lost")}</p>`}
      <main id="main" tabindex="-1">${this.page()}</main>
    `;
  }

  // The address after # is the page's, so the link moves the focus by itself.
  private skip(event: Event) {
    event.preventDefault();
    this.querySelector<HTMLElement>("main")?.focus();
  }
}
