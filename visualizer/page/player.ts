/// <reference lib="dom" />
/** Steps through the events in focus, so that a failure can be watched. */
import type { Model } from './model.ts';

const pauseMs = 550;
const speeds = [0.5, 1, 2] as const;

export class Player {
  readonly #model: Model;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(model: Model) {
    this.#model = model;
  }

  toggle(): void {
    if (this.#model.state.playing) this.stop();
    else {
      const { chapters } = this.#model.scene.story;
      const { selected } = this.#model.state;
      if (chapters.length > 0 && selected === this.#model.chapter()?.at) this.#model.select(this.#model.chapter()!.evidence[0] ?? -1); // from the end there is nothing to watch
      this.#model.store.set({ playing: true });
      this.#next();
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#model.store.set({ playing: false });
  }

  nextSpeed(): void {
    const at = speeds.indexOf(this.#model.state.speed as 1);
    this.#model.store.set({ speed: speeds[(at + 1) % speeds.length]! });
  }

  #next(): void {
    this.#timer = setTimeout(() => {
      if (this.#model.step(1, false)) this.#next();
      else this.stop();
    }, pauseMs / this.#model.state.speed);
  }
}
