// The sound of a session: one audio element, which tells the time at each frame while it plays.

type Listener = (time: number, playing: boolean) => void;

export class Player {
  readonly audio = new Audio();
  private listeners = new Set<Listener>();
  private frame = 0;
  private end = Infinity;

  constructor(address: string) {
    this.audio.preload = "metadata";
    this.audio.src = address;
    for (const kind of ["play", "pause", "seeked", "ended"]) this.audio.addEventListener(kind, () => this.tell());
    this.audio.addEventListener("play", () => this.run());
  }

  get time() {
    return this.audio.currentTime;
  }

  get playing() {
    return !this.audio.paused && !this.audio.ended;
  }

  listen(listener: Listener) {
    this.listeners.add(listener);
  }

  /** Plays from a time on, to `end` where it is told. Rejected where the browser cannot. */
  play(from?: number, end = Infinity): Promise<void> {
    this.end = end;
    if (from !== undefined) this.audio.currentTime = from;
    return this.audio.play();
  }

  toggle(): Promise<void> {
    if (this.playing) {
      this.audio.pause();
      return Promise.resolve();
    }
    return this.play();
  }

  seek(time: number) {
    this.end = Infinity;
    this.audio.currentTime = Math.max(0, time);
    this.tell();
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.listeners.clear();
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
  }

  private tell() {
    for (const listener of this.listeners) listener(this.audio.currentTime, this.playing);
  }

  private run() {
    cancelAnimationFrame(this.frame);
    const each = () => {
      if (this.audio.currentTime >= this.end) this.audio.pause();
      this.tell();
      if (this.playing) this.frame = requestAnimationFrame(each);
    };
    this.frame = requestAnimationFrame(each);
  }
}
