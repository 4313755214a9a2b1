/** One row of the table that a run ends with. */
interface Row {
  readonly name: string;
  readonly problem: string | undefined;
  readonly detail: string;
  readonly durationMs: number;
}

/** A step without which the next ones make no sense has failed. */
export class AbandonedError extends Error {}

/** Collects what passed and what failed. */
export class Report {
  readonly #rows: Row[] = [];
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  get passed(): number {
    return this.#rows.filter(({ problem }) => problem === undefined).length;
  }

  get failed(): number {
    return this.#rows.length - this.passed;
  }

  /** Runs one step and goes on after a failure. The step returns a detail for the table, or nothing. */
  async step(name: string, work: () => Promise<unknown>): Promise<void> {
    await this.#run(name, work);
  }

  /** Runs one step that the following ones need. @throws AbandonedError after a failure */
  async required(name: string, work: () => Promise<unknown>): Promise<void> {
    if (!(await this.#run(name, work))) throw new AbandonedError(`${name}: the rest was not run`);
  }

  /** The table of all steps, as Markdown. */
  table(): string {
    const rows = this.#rows.map(({ name, problem, detail, durationMs }) => {
      const result = problem === undefined ? 'passed' : 'FAILED';
      return `| ${name} | ${result} | ${seconds(durationMs)} | ${problem ?? detail} |`;
    });
    return ['| step | result | seconds | detail |', '|---|---|---|---|', ...rows].join('\n');
  }

  async #run(name: string, work: () => Promise<unknown>): Promise<boolean> {
    const startedAt = performance.now();
    let problem: string | undefined;
    let detail = '';
    try {
      const answer = await work();
      if (typeof answer === 'string') detail = answer;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    const durationMs = performance.now() - startedAt;
    this.#rows.push({ name, problem: problem?.replaceAll(/\s*\n\s*/g, ' ').slice(0, 400), detail, durationMs });
    this.#print(`${problem === undefined ? 'passed' : 'FAILED'} ${seconds(durationMs)} s  ${name}  ${detail}`);
    if (problem !== undefined) this.#print(problem.slice(0, 4000));
    return problem === undefined;
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1).padStart(5);

/** @throws Error unless both have the same JSON */
export const expectSame = (what: string, actual: unknown, expected: unknown): void => {
  const [seen, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (seen !== wanted) throw new Error(`${what}: expected ${wanted}, got ${seen}`);
};
