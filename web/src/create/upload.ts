// A recording on its way to the server: in pieces, each safe before the next is sent; goes on where it was after any break.
import { ApiError, change, get, send } from "../api";
import { reason } from "../element";

export interface UploadState {
  id: number;
  name: string;
  size: number;
  offset: number;
  piece_bytes: number;
  state: "receiving" | "checking" | "complete";
  duplicate_of: number | null;
}

const PATIENCE_MS = 2000;
const LOST = [0, 502, 503, 504];

/** One upload; `changed` is called after each piece and each change of its state. */
export class Upload {
  problem = "";
  waiting = false;
  private abort = new AbortController();
  private paused = false;

  constructor(
    public state: UploadState,
    private file: File | null,
    private changed: () => void,
  ) {}

  static async begin(file: File, changed: () => void): Promise<Upload> {
    const state = await change<UploadState>("POST", "/uploads", { name: file.name, size: file.size });
    return new Upload(state, file, changed);
  }

  get complete() {
    return this.state.offset >= this.state.size;
  }

  get running() {
    return this.file !== null && !this.paused && !this.complete && !this.problem;
  }

  /** After a reload the page has the name alone: the same file must be chosen again. */
  get lacksFile() {
    return this.file === null && !this.complete;
  }

  fits(file: File) {
    return this.lacksFile && file.name === this.state.name && file.size === this.state.size;
  }

  take(file: File) {
    this.file = file;
    void this.go();
  }

  pause() {
    this.paused = true;
    this.abort.abort();
    this.changed();
  }

  /** What the server says now of an upload that is there: its hash takes a while. */
  async look() {
    if (!this.complete) return;
    this.state = await get<UploadState>(`/uploads/${this.state.id}`).catch(() => this.state);
    this.changed();
  }

  async go(): Promise<void> {
    this.paused = false;
    this.problem = "";
    this.abort = new AbortController();
    this.changed();
    while (this.running && this.file) {
      try {
        const { id, offset, piece_bytes } = this.state;
        const piece = this.file.slice(offset, offset + piece_bytes);
        const reply = await send("PUT", `/uploads/${id}?offset=${offset}`, piece, "application/octet-stream", this.abort.signal);
        this.state = (await reply.json()) as UploadState;
        this.waiting = false;
      } catch (error) {
        if (this.paused) return;
        await this.recover(error);
      }
      this.changed();
    }
    // The hash may have been told while the last answer was on its way.
    await this.look();
  }

  // Where the server is away it is asked again; where it counts otherwise, its count holds.
  private async recover(error: unknown) {
    if (error instanceof ApiError && (error.status === 409 || LOST.includes(error.status))) {
      this.waiting = LOST.includes(error.status);
      this.changed();
      if (this.waiting) await new Promise((resolve) => window.setTimeout(resolve, PATIENCE_MS));
      try {
        this.state = await get<UploadState>(`/uploads/${this.state.id}`);
        return;
      } catch (later) {
        if (later instanceof ApiError && LOST.includes(later.status)) return;
        error = later;
      }
    }
    this.problem = reason(error);
  }

  async drop() {
    this.pause();
    await change("DELETE", `/uploads/${this.state.id}`);
  }
}
