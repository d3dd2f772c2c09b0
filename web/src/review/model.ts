// A session as the review page works with it: segments in order of time, speakers, what is shown of them.
import { change, get } from "../api";

export type Label = "IC" | "OOC" | "MIXED";
export const LABELS: Label[] = ["IC", "OOC", "MIXED"];
export const NOBODY = "UNKNOWN";

export interface Word {
  text: string;
  start: number;
  end: number;
}

export interface Segment {
  id: string;
  start: number;
  end: number;
  speaker: string;
  text: string;
  words: Word[];
  label: Label | null;
  voice: string | null;
  character: string | null;
  confidence: number | null;
  backend: string | null;
  edited: string[];
}

export interface Speaker {
  id: string;
  name: string;
  character: string | null;
  role: string;
  segments: number;
  seconds: number;
}

/** Where nobody told who it is, the id stands for the name. */
export const isNamed = (speaker: Speaker) => speaker.name !== "" && speaker.name !== speaker.id;

export interface Review {
  revision: string;
  name: string;
  duration: number;
  speakers: Speaker[];
  segments: Segment[];
  can_undo: boolean;
  can_redo: boolean;
  edits: number;
  unattached: { op: string; reason: string; start: number }[];
}

/** What comes back after an edit, an undo or a redo. */
interface Changed extends Partial<Review> {
  revision: string;
  segments: Segment[];
  removed: string[];
}

export type Edit =
  | { op: "text"; segment: string; text: string }
  | { op: "label"; segments: string[]; label: Label }
  | { op: "character"; segments: string[]; character: string }
  | { op: "speaker"; segments: string[]; speaker: string }
  | { op: "rename_speaker"; speaker: string; name: string }
  | { op: "merge_speakers"; from: string; into: string }
  | { op: "split"; segment: string; word: number }
  | { op: "join"; segments: string[] };

export interface Filter {
  text: string;
  speaker: string;
  character: string;
  label: string;
  backend: string;
  /** Percent; 100: any. */
  below: number;
  edited: boolean;
}

export const everything: Filter = { text: "", speaker: "", character: "", label: "", backend: "", below: 100, edited: false };

export function matches(filter: Filter, s: Segment): boolean {
  if (filter.speaker && s.speaker !== filter.speaker) return false;
  if (filter.character && (s.character ?? "") !== filter.character) return false;
  if (filter.label && s.label !== filter.label) return false;
  if (filter.backend && s.backend !== filter.backend) return false;
  if (filter.below < 100 && (s.confidence ?? 0) * 100 >= filter.below) return false;
  if (filter.edited && s.edited.length === 0) return false;
  return !filter.text || s.text.toLocaleLowerCase().includes(filter.text.toLocaleLowerCase());
}

/** The values of a field that occur, in order. */
export function values(segments: Segment[], field: "character" | "backend"): string[] {
  return [...new Set(segments.map((s) => s[field] ?? "").filter(Boolean))].sort((a, b) => a.localeCompare(b));
}

/** Index of the last segment that begins at or before a time; -1 before the first. */
export function indexAt(segments: { start: number }[], time: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle].start <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What to look at first: the least certain label that nobody corrected or looked at yet. */
export function nextToCheck(segments: Segment[], seen: Set<string>): Segment | undefined {
  let found: Segment | undefined;
  for (const s of segments)
    if (s.confidence !== null && !s.edited.includes("label") && !seen.has(s.id) && (!found || s.confidence < (found.confidence ?? 1))) found = s;
  return found;
}

export const load = (session: number) => get<Review>(`/sessions/${session}/review`);

/** Sends a step of corrections; the review as it is then. */
export async function edit(session: number, review: Review, edits: Edit[]): Promise<Review> {
  return merged(review, await change<Changed>("POST", `/sessions/${session}/edits`, { revision: review.revision, edits }));
}

export async function step(session: number, review: Review, which: "undo" | "redo"): Promise<Review> {
  return merged(review, await change<Changed>("POST", `/sessions/${session}/${which}`, { revision: review.revision }));
}

function merged(review: Review, changed: Changed): Review {
  const news = new Map(changed.segments.map((s) => [s.id, s]));
  const gone = new Set(changed.removed);
  const kept = review.segments.filter((s) => !gone.has(s.id) && !news.has(s.id));
  const segments = news.size ? [...kept, ...news.values()].sort((a, b) => a.start - b.start || a.end - b.end) : kept;
  return { ...review, ...changed, segments };
}
