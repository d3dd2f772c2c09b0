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

const meta = (page: Document, name: string) => page.querySelector<HTMLMetaElement>(`meta[name="skald-${name}"]`)?.content ?? "";
let csrf = meta(document, "csrf");
export const nonce = meta(document, "nonce");
export const version = meta(document, "version");
export const BASE = "/api/v1";

const unreachable: Problem = { code: "Unreachable", message: "", advice: "", retry: true };

async function problemOf(reply: Response): Promise<Problem> {
  try {
    return ((await reply.json()) as { error: Problem }).error;
  } catch {
    return { code: "Unknown", message: `${reply.status} ${reply.statusText}`, advice: "", retry: false };
  }
}

let renewing: Promise<boolean> | null = null;

async function readPage(): Promise<boolean> {
  const page = new DOMParser().parseFromString(await (await fetch("/", { credentials: "same-origin" })).text(), "text/html");
  if (meta(page, "version") !== version) location.reload(); // another program answers now
  const known = csrf;
  csrf = meta(page, "csrf");
  return csrf !== known;
}

/** A server that was started anew has another cookie and another word: both come with the page, which need not be loaded for that. */
export function renew(): Promise<boolean> {
  renewing ??= readPage()
    .catch(() => false)
    .finally(() => (renewing = null));
  return renewing;
}

async function attempt(method: string, path: string, body?: BodyInit, type?: string, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = {};
  if (method !== "GET") headers["X-Skald-CSRF"] = csrf;
  if (type) headers["Content-Type"] = type;
  try {
    return await fetch(BASE + path, { method, headers, body, signal, credentials: "same-origin" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, unreachable);
  }
}

/** One request; throws ApiError for every answer that is not a success, and where there is none. */
export async function send(method: string, path: string, body?: BodyInit, type?: string, signal?: AbortSignal): Promise<Response> {
  let reply = await attempt(method, path, body, type, signal);
  if ((reply.status === 401 || reply.status === 403) && (await renew())) reply = await attempt(method, path, body, type, signal);
  if (reply.ok) return reply;
  throw new ApiError(reply.status, await problemOf(reply));
}

export async function get<T>(path: string): Promise<T> {
  return (await send("GET", path)).json() as Promise<T>;
}

export async function change<T>(method: string, path: string, body?: unknown): Promise<T> {
  const reply = await send(method, path, body === undefined ? undefined : JSON.stringify(body), body === undefined ? undefined : "application/json");
  return reply.json() as Promise<T>;
}
