// The memory plan: what would run where with the chosen settings, and why not otherwise.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { get } from "../api";
import { Element, reason } from "../element";
import { gibibytes } from "../format";
import { t } from "../i18n";
import { texts, type Key } from "../texts";

interface Stage {
  stage: string;
  backend: string;
  model: string;
  device: string;
  needed: number;
  available: number;
  decision: string;
  reason: string;
}

interface Plan {
  possible: boolean;
  host: { total: number; available: number };
  gpus: { id: string; name: string; total: number; free: number }[];
  stages: Stage[];
  alternatives: string[];
}

const GOOD = ["fits", "adapted", "elsewhere", "skipped"];

/** A name of a stage in the language of the user. */
export const stageName = (stage: string) => (`stage_${stage}` in texts ? t(`stage_${stage}` as Key) : stage);

let asked: Promise<unknown> = Promise.resolve();

/** The machine is looked at for one request at a time: the next waits. */
export function inTurn<T>(path: string, ask: (path: string) => Promise<T> = get<T>): Promise<T> {
  const answer = asked.then(() => ask(path));
  asked = answer.catch(() => null);
  return answer;
}

@customElement("plan-view")
export class PlanView extends Element {
  @property({ attribute: false }) wish: Record<string, string> = {};
  @state() private plan: Plan | null = null;
  @state() private problem = "";
  private latest = "";

  protected willUpdate(changed: Map<string, unknown>) {
    if (changed.has("wish")) void this.load();
  }

  private async load() {
    const chosen = Object.entries(this.wish).filter(([, value]) => value);
    const query = new URLSearchParams(chosen).toString();
    this.latest = query;
    try {
      const plan = await inTurn<Plan>(`/plan${query ? `?${query}` : ""}`);
      if (this.latest !== query) return;
      this.plan = plan;
      this.problem = "";
    } catch (error) {
      if (this.latest === query) this.problem = reason(error);
    }
  }

  private row(s: Stage) {
    const what = [s.backend, s.model === s.backend ? "" : s.model, s.device].filter(Boolean).join(", ");
    const decided = `decision_${s.decision.replaceAll(" ", "_")}`;
    return html`<tr>
      <th scope="row">${stageName(s.stage)}</th>
      <td>${what}</td>
      <td class="number">${s.needed ? gibibytes(s.needed) : ""}</td>
      <td><span class="state ${GOOD.includes(s.decision) ? "finished" : s.decision === "impossible" ? "failed" : "warning"}">${decided in texts ? t(decided as Key) : s.decision}</span>
        ${s.reason && s.reason !== s.decision ? html`<span class="muted"> ${s.reason}</span>` : nothing}</td>
    </tr>`;
  }

  render() {
    if (this.problem) return html`<p class="problem" role="alert">${this.problem} <button @click=${() => this.load()}>${t("again")}</button></p>`;
    const { plan } = this;
    if (!plan) return html`<p class="muted" role="status">${t("looking")}</p>`;
    return html`
      <p role="status"><b>${plan.possible ? t("plan_possible") : t("plan_impossible")}</b>
        ${t("plan_memory", { free: gibibytes(plan.host.available), total: gibibytes(plan.host.total) })}
        ${plan.gpus.map((g) => t("plan_card", { name: g.name, free: gibibytes(g.free), total: gibibytes(g.total) }))}</p>
      <div class="wide" tabindex="0" role="region" aria-label=${t("plan")}><table class="table">
        <thead><tr><th scope="col">${t("stage")}</th><th scope="col">${t("runs_with")}</th><th scope="col" class="number">${t("needs")}</th><th scope="col">${t("decision")}</th></tr></thead>
        <tbody>${plan.stages.map((s) => this.row(s))}</tbody>
      </table></div>
      ${plan.alternatives.length ? html`<ul>${plan.alternatives.map((text) => html`<li>${text}</li>`)}</ul>` : nothing}
    `;
  }
}
