// What happens in the server, as it happens. One stream for all pages; it comes back by itself after a break.
import { BASE } from "./api";

type Listener = (data: any) => void;

const KINDS = ["session.added", "session.changed", "session.removed", "job.added", "job.changed", "job.removed", "job.segment"];
const listeners = new Map<string, Set<Listener>>();
let source: EventSource | undefined;
let wasOpen = false;

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
    // A server that was started anew refuses the old cookie, which ends the stream for good: the next read finds out.
    if (source?.readyState === EventSource.CLOSED) tell("renew", null);
  };
}

/** Calls the listener for each event of a kind; "renew": read the state anew; "connection": true or false. Returns the way out. */
export function listen(kind: string, listener: Listener): () => void {
  const known = listeners.get(kind) ?? new Set<Listener>();
  known.add(listener);
  listeners.set(kind, known);
  if (!source) start();
  return () => void known.delete(listener);
}
