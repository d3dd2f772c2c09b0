// Texts in the language of the user: English or Dutch.
import { texts, type Key } from "./texts";

export type Language = "en" | "nl";
const KEPT = "skald-language";

function first(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === "en" || kept === "nl") return kept;
  return navigator.language.toLowerCase().startsWith("nl") ? "nl" : "en";
}

let current = first();
document.documentElement.lang = current;

export const language = () => current;

export function setLanguage(wanted: Language) {
  current = wanted;
  localStorage.setItem(KEPT, wanted);
  document.documentElement.lang = wanted;
  window.dispatchEvent(new Event("skald-language"));
}

/** The text of a key, with {name} replaced by values. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const text = texts[key][current === "en" ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** One or many: keys `x_one` and `x_many`. */
export function plural(key: string, n: number): string {
  return t(`${key}_${n === 1 ? "one" : "many"}` as Key, { n: n.toLocaleString(current) });
}
