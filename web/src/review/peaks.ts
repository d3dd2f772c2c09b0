// The waveform of a session: from the server, or drawn from the sound where that is short.
import { ApiError, BASE, get } from "../api";
import type { Peaks } from "./wave";

const POINTS = 4000;
const LONGEST = 900; // seconds whose whole sound a page may read to draw it

/** null: the server makes none, and the sound is too long to be read here. */
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
