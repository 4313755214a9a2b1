type Step = () => Promise<void> | void;

/** What has to be undone when a run ends. */
export class CleanUp {
  readonly #steps: Step[] = [];
  #hasBegun = false;

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Adds a step; what was made after the end had begun is undone at once. */
  readonly add = (step: Step): void => {
    if (this.#hasBegun) void step();
    else this.#steps.push(step);
  };

  /** Undoes everything, what was made last first. A step that fails stops no other. */
  async run(): Promise<void> {
    this.#hasBegun = true;
    for (const step of this.#steps.splice(0).reverse()) await Promise.resolve(step()).catch(() => {});
  }
}
