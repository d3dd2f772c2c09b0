// What happens in the server, as it happens. One stream for all pages; it comes back by itself after a break.
import { BASE, renew } from "./api";

type Listener = (data: any) => void;

const KINDS = ["session.added", "session.changed", "session.removed", "review.changed", "upload.changed", "job.added", "job.changed", "job.removed", "job.segments", "model.checked"];
const listeners = new Map<string, Set<Listener>>();
let source: EventSource | undefined;
let wasOpen = false;
const PAUSE_MS = 1000;

function tell(kind: string, data: unknown) {
  for (const listener of listeners.get(kind) ?? []) listener(data);
}

function start() {
  source = new EventSource(`${BASE}/events`);
  for (const kind of KINDS) source.addEventListener(kind, (event) => tell(kind, JSON.parse((event as MessageEvent<string>).data)));
  // After a break whatever is shown may be old; so it is where the server says that it kept no events.
  source.addEventListener("hello", () => {
    if (wasOpen) tell("renew", null);
    wasOpen = true;
    tell("connection", true);
  });
  source.addEventListener("reset", () => tell("renew", null));
  source.onerror = () => {
    tell("connection", false);
    if (source?.readyState === EventSource.CLOSED) void again();
  };
}

// A stream that was refused does not come back by itself: the server was started anew, or is away.
async function again() {
  await new Promise((resolve) => window.setTimeout(resolve, PAUSE_MS));
  await renew();
  start();
}

/** Calls the listener for each event of a kind; "renew": read the state anew; "connection": true or false. Returns the way out. */
export function listen(kind: string, listener: Listener): () => void {
  const known = listeners.get(kind) ?? new Set<Listener>();
  known.add(listener);
  listeners.set(kind, known);
  if (!source) start();
  return () => void known.delete(listener);
}
