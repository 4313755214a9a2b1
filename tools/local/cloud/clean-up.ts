type Step = () => Promise<void> | void;

/** The steps that undo a run when it ends. */
export class CleanUp {
  readonly #steps: Step[] = [];
  #hasBegun = false;

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Adds a step. A step that is added after the end has begun runs at once. */
  readonly add = (step: Step): void => {
    if (this.#hasBegun) void step();
    else this.#steps.push(step);
  };

  /** Runs the steps, the newest first. A failing step does not stop the others. */
  async run(): Promise<void> {
    this.#hasBegun = true;
    for (const step of this.#steps.splice(0).reverse()) await Promise.resolve(step()).catch(() => {});
  }
}
