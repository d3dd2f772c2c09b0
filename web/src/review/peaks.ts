// The waveform of a session: the server keeps its outline.
import { get } from "../api";
import type { Peaks } from "./wave";

const A_SECOND = 20;
const MOST = 20_000;

export function peaks(session: number, duration: number): Promise<Peaks> {
  const points = Math.max(1, Math.min(MOST, Math.ceil(duration * A_SECOND)));
  return get<Peaks>(`/sessions/${session}/peaks?points=${points}`);
}
