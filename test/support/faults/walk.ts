import type { Canaries } from './canaries.ts';
import type { FlowUnderFaults } from './flow.ts';
import type { Fault, RecordedCall } from './injection/faults.ts';
import { type Expectation, expectationOf, Stage } from './stage.ts';
import type { WalkGround } from './walk-ground.ts';

/** A call of a flow, and whether only a cold function makes it. */
export interface Step {
  readonly call: RecordedCall;
  readonly isCold: boolean;
}

export interface WalkReport {
  readonly steps: readonly Step[];
  readonly walks: number;
  /** One line for each expectation that failed. */
  readonly failures: readonly string[];
}

const NOT_MADE = 'the call was not made';

/** Chooses the faults to try at a call. */
export type Choose = (step: Step, flow: FlowUnderFaults) => readonly Pick<Fault, 'kind' | 'attempts'>[];

const nameOf = ({ service, action, resource = '', functionLogicalId = '', nth }: RecordedCall): string =>
  [
    functionLogicalId.replace(/^Gatehouse(?:Endpoints)?|Function[0-9A-F]{8}$/g, ''),
    service,
    action,
    resource.replace(/^arn:.*:secret:/, '').replace(/^GatehouseTables|-[A-Za-z0-9]{6}$/g, ''),
    `#${nth}`,
  ]
    .filter(Boolean)
    .join(' ');

/** Walks faults over every call of a flow. Each call meets each fault once, and each time the flow runs anew. */
export class FaultWalk {
  readonly #cloud: WalkGround;
  readonly #canaries: Canaries;

  constructor(cloud: WalkGround, canaries: Canaries) {
    this.#cloud = cloud;
    this.#canaries = canaries;
  }

  async over(flow: FlowUnderFaults, choose: Choose): Promise<WalkReport> {
    const steps = await this.stepsOf(flow);
    const failures: string[] = [];
    let walks = 0;
    for (const step of steps) {
      const { call, isCold } = step;
      const { service, action, resource, functionLogicalId, nth } = call;
      for (const { kind, attempts = 'all' } of choose(step, flow)) {
        walks += 1;
        const fault = {
          kind,
          attempts,
          service,
          action,
          nth,
          ...(resource === undefined ? {} : { resource }),
          ...(functionLogicalId === undefined ? {} : { functionLogicalId }),
        };
        const play = (restart: () => void) => {
          const begin = () => {
            restart();
            this.#cloud.arm(fault);
          };
          return this.#play(flow, begin, expectationOf(fault), true);
        };
        let failure = await play(() => {
          if (isCold) this.#restart(flow, functionLogicalId);
        });
        // A different environment, with a different cache, may have served this request.
        if (failure === NOT_MADE) failure = await play(() => this.#restart(flow));
        if (failure !== undefined) {
          failures.push(`${flow.name}: ${kind} (${attempts}) at ${nameOf(call)}${isCold ? ', cold' : ''}: ${failure}`);
        }
      }
    }
    return { steps, walks, failures };
  }

  /**
   * Plays a flow with the given faults and expectation.
   *
   * @returns the expectation that failed, or undefined
   */
  async with(flow: FlowUnderFaults, faults: readonly Fault[], expectation: Expectation): Promise<string | undefined> {
    return this.#play(flow, () => this.#cloud.arm(...faults), expectation, false);
  }

  /** Every call that the flow makes when its functions are warm, and the calls that cold functions add. */
  async stepsOf(flow: FlowUnderFaults): Promise<readonly Step[]> {
    const cold = await this.#recorded(flow, () => this.#restart(flow));
    const warm = await this.#recorded(flow, () => {});
    const known = new Set(warm.map(nameOf));
    const steps: Step[] = warm.map((call) => ({ call, isCold: false }));
    for (const call of cold) if (!known.has(nameOf(call))) steps.push({ call, isCold: true });
    return steps;
  }

  async #recorded(flow: FlowUnderFaults, begin: () => void): Promise<readonly RecordedCall[]> {
    let calls: readonly RecordedCall[] = [];
    await flow.run(
      this.#cloud,
      () => {
        begin();
        this.#cloud.record();
        return new Stage(this.#cloud, { isHealed: true });
      },
      () => {
        calls = this.#cloud.recorded();
      },
    );
    return calls;
  }

  /** Starts new environments for the function, or for all functions of the flow. */
  #restart(flow: FlowUnderFaults, functionLogicalId?: string): void {
    this.#cloud.restart(...(functionLogicalId === undefined ? flow.functions : [functionLogicalId]));
  }

  async #play(
    flow: FlowUnderFaults,
    begin: () => void,
    expectation: Expectation,
    mustHit: boolean,
  ): Promise<string | undefined> {
    const stage = new Stage(this.#cloud, expectation);
    let hits = 0;
    const failure = await flow
      .run(
        this.#cloud,
        () => {
          begin();
          return stage;
        },
        () => {
          hits = this.#cloud.disarm();
        },
      )
      .then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
    const shown = this.#canaries.foundIn(this.#cloud.takeLog());
    if (shown.length > 0) return `the log shows ${shown.join(', ')}${failure === undefined ? '' : `; ${failure}`}`;
    if (failure === undefined && mustHit && hits + stage.badAnswers === 0) return NOT_MADE;
    return failure;
  }
}
