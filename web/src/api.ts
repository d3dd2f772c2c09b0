// How the pages talk to the server: JSON, the word that only the page knows, and errors that people can read.

export interface Problem {
  code: string;
  message: string;
  advice: string;
  retry: boolean;
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.message);
  }
}

const meta = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name="skald-${name}"]`)?.content ?? "";
const csrf = meta("csrf");
export const nonce = meta("nonce");
export const version = meta("version");
export const BASE = "/api/v1";

const unreachable: Problem = { code: "Unreachable", message: "", advice: "", retry: true };

async function problemOf(reply: Response): Promise<Problem> {
  try {
    return ((await reply.json()) as { error: Problem }).error;
  } catch {
    return { code: "Unknown", message: `${reply.status} ${reply.statusText}`, advice: "", retry: false };
  }
}

// The cookie of a server that was started anew is another one: the page is loaded again, once.
function renew() {
  const mark = "skald-renewed";
  if (sessionStorage.getItem(mark) === csrf) return;
  sessionStorage.setItem(mark, csrf);
  location.reload();
}

/** One request; throws ApiError for every answer that is not a success, and where there is none. */
export async function send(method: string, path: string, body?: BodyInit, type?: string, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = {};
  if (method !== "GET") headers["X-Skald-CSRF"] = csrf;
  if (type) headers["Content-Type"] = type;
  let reply: Response;
  try {
    reply = await fetch(BASE + path, { method, headers, body, signal, credentials: "same-origin" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, unreachable);
  }
  if (reply.ok) return reply;
  if (reply.status === 401) renew();
  throw new ApiError(reply.status, await problemOf(reply));
}

export async function get<T>(path: string): Promise<T> {
  return (await send("GET", path)).json() as Promise<T>;
}

export async function change<T>(method: string, path: string, body?: unknown): Promise<T> {
  const reply = await send(method, path, body === undefined ? undefined : JSON.stringify(body), body === undefined ? undefined : "application/json");
  return reply.json() as Promise<T>;
}
