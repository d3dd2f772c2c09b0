// Where the review page gets a session from while no corrections are kept: the transcript as the machine made it.
import { ApiError, BASE, get } from "../api";
import type { Label, Review, Segment, Speaker } from "./model";
import type { Peaks } from "./wave";

interface Raw {
  metadata: { session_id: string; duration: number };
  speakers: { speaker_id: string; name: string; role: string; character: string | null }[];
  segments: {
    start_time: number;
    end_time: number;
    text: string;
    speaker_id: string;
    speaker_name: string;
    classification?: Label | null;
    classification_type?: string;
    classification_confidence?: number;
    character?: string | null;
    backend?: string;
    words: { word: string; start: number; end: number }[];
  }[];
}

export async function fromTranscript(session: number): Promise<Review> {
  const raw = await get<Raw>(`/sessions/${session}/transcript`);
  const segments: Segment[] = raw.segments.map((s, index) => ({
    id: String(index + 1),
    start: s.start_time,
    end: s.end_time,
    speaker: s.speaker_id,
    text: s.text,
    words: s.words.map((w) => ({ text: w.word, start: w.start, end: w.end })),
    label: s.classification ?? null,
    voice: s.classification_type ?? null,
    character: s.character ?? null,
    confidence: s.classification_confidence ?? null,
    backend: s.backend ?? null,
    edited: [],
  }));
  const speakers: Speaker[] = raw.speakers.map((s) => {
    const own = segments.filter((x) => x.speaker === s.speaker_id);
    return { id: s.speaker_id, name: s.name, character: s.character, role: s.role, segments: own.length, seconds: own.reduce((sum, x) => sum + x.end - x.start, 0) };
  });
  return { revision: "", name: raw.metadata.session_id, duration: raw.metadata.duration, speakers, segments, can_undo: false, can_redo: false, edits: 0, unattached: [] };
}

const POINTS = 4000;
const LONGEST = 900; // seconds whose whole sound a page may read to draw it

/** The waveform: from the server, or drawn from the sound where that is short; null: neither. */
export async function peaks(session: number, duration: number): Promise<Peaks | null> {
  try {
    return await get<Peaks>(`/sessions/${session}/peaks?track=1&points=${POINTS}`);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404 || duration > LONGEST) return null;
  }
  const reply = await fetch(`${BASE}/sessions/${session}/audio`);
  return reply.ok ? { duration, peaks: extremes(new Int16Array((await reply.arrayBuffer()).slice(44))) } : null;
}

function extremes(samples: Int16Array): number[] {
  const step = Math.max(1, Math.ceil(samples.length / POINTS));
  const found: number[] = [];
  for (let at = 0; at < samples.length; at += step) {
    let [low, high] = [0, 0];
    for (let n = at; n < Math.min(at + step, samples.length); ++n) {
      if (samples[n] < low) low = samples[n];
      else if (samples[n] > high) high = samples[n];
    }
    found.push(low / 256, high / 256);
  }
  return found;
}
