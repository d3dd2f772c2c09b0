// Sessions that are being made: what the server tells of them.

export type JobState = "waiting" | "running" | "finished" | "failed" | "cancelled";

export interface Job {
  id: number;
  name: string;
  state: JobState;
  stage: string;
  share: number;
  stages: { name: string; state: "waiting" | "running" | "done" | "reused"; share: number; seconds: number }[];
  remaining_seconds: number | null;
  fallbacks: { stage: string; message: string }[];
  notes?: { kind: string; text: string }[];
  session: number | null;
  error: { code: string; message: string; advice: string } | null;
  created: string;
}

/** Of the whole run: stages that are done count whole. */
export function shareOf(job: Job): number {
  if (job.state === "finished") return 1;
  if (!job.stages.length) return 0;
  return job.stages.reduce((sum, s) => sum + (s.state === "done" || s.state === "reused" ? 1 : s.share), 0) / job.stages.length;
}
