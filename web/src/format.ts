// Numbers and times as people read them.
import { language } from "./i18n";

const two = (n: number) => String(n).padStart(2, "0");

/** 3725.5 -> "1:02:05"; "2:05" below an hour. */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const rest = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return s >= 3600 ? `${Math.floor(s / 3600)}:${rest}` : rest.replace(/^0/, "");
}

export function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  for (; n >= 1000 && at < units.length - 1; ++at) n /= 1000;
  return `${n.toLocaleString(language(), { maximumFractionDigits: n < 10 && at > 0 ? 1 : 0 })} ${units[at]}`;
}

export function gibibytes(n: number): string {
  return `${(n / 2 ** 30).toLocaleString(language(), { minimumFractionDigits: 1, maximumFractionDigits: 1 })} GiB`;
}

/** The store's "20261123_200000" (local time), or any date that a browser reads. */
export function dateOf(text: string): Date {
  const found = /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/.exec(text);
  return found ? new Date(`${found[1]}-${found[2]}-${found[3]}T${found[4]}:${found[5]}:${found[6]}`) : new Date(text);
}

export function date(text: string): string {
  const when = dateOf(text);
  if (Number.isNaN(when.getTime())) return text;
  return when.toLocaleString(language(), { dateStyle: "medium", timeStyle: "short" });
}

export const percent = (share: number) => share.toLocaleString(language(), { style: "percent", maximumFractionDigits: 0 });
