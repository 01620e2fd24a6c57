import { loadScenario } from '../../../scenario/load-scenario.ts';
import { isPolicyFile } from '../../../scenario/scheduler-policy.ts';
import { setFreezing } from '../../../sim/api/freeze.ts';
import type { ControllerModule } from '../../../sim/policy-api/controller-module.ts';
import { ConformanceError } from '../../scheduling/conformance-kit/trial.ts';
import { checkControllerModule } from '../own-controller.ts';
import { ControllerTrial, type Trouble } from './controller-trial.ts';

export interface ControllerConformanceOptions {
  /** The path of the scenario that is played again and again; what its `expect` says must hold every time. */
  readonly scenario: string;
  /** `path=value` each, as of `--set`. */
  readonly set?: readonly string[];
  /** How many other seeds it is played with; 5 by default. */
  readonly seeds?: number;
  /** After how many of its writes the controller is killed, one a play, evenly dealt over all of them; 20 by default. */
  readonly crashes?: number;
}

/** A statement about a controller; `run` throws where it does not hold. */
export interface ControllerCheck {
  readonly name: string;
  readonly run: () => void;
}

/** How far the watches lag, in microseconds. */
const LAGS: readonly number[] = [100_000, 1_000_000, 5_000_000];

/**
 * What every controller that a run can rely on must do, as checks with names of their own: whatever happens on the way,
 * the scenario's expectations hold, the objects that the controller writes end as they do on a calm day, and it makes
 * none that it does not make then.
 */
export function controllerConformance(
  module: ControllerModule,
  options: ControllerConformanceOptions,
): readonly ControllerCheck[] {
  const { seeds = 5, crashes = 20 } = options;
  const stage = new Stage(module, options);
  return [
    { name: 'is a controller module', run: () => void checkControllerModule(module, module.name) },
    { name: 'reaches what the scenario expects', run: () => void stage.calm },
    {
      name: 'does the same when the same happens, beside another run too',
      run: () => {
        const [one, other] = [stage.trial({}), stage.trial({ seed: 'other' })];
        let goesOn = true;
        while (goesOn) {
          goesOn = one.simulation.advance(2_000);
          other.simulation.advance(2_000);
        }
        const { fingerprint } = one.simulation.finish();
        if (fingerprint !== stage.calm.fingerprint)
          throw new ConformanceError('the second run was another than the first');
      },
    },
    {
      name: 'reaches the same in other orders',
      run: () => {
        for (let seed = 1; seed <= seeds; seed++) stage.play({ seed: `order ${seed}` }, `seed ${seed}`);
      },
    },
    {
      name: 'reaches the same when its watches lag',
      run: () => {
        for (const lagMicros of LAGS) stage.play({ lagMicros }, `watches that lag by up to ${lagMicros / 1_000_000} s`);
      },
    },
    {
      name: 'reaches the same when it crashes after a write',
      run: () => {
        for (const write of dealt(stage.calm.writes, crashes)) {
          stage.play({ crashAfterWrite: write }, `a crash after write ${write}`);
        }
      },
    },
  ];
}

/** The part of vitest's (or node:test's) `test` that is needed. */
export type ControllerTestFunction = (name: string, run: () => void, timeout?: number) => unknown;

/** Whole clusters are played many times over. Milliseconds. */
const PATIENCE = 300_000;

/**
 * The whole kit in one line of a test file:
 *
 * ```ts
 * testController(operator, test, { scenario: 'my-scenario.yaml' });
 * ```
 */
export function testController(
  module: ControllerModule,
  test: ControllerTestFunction,
  options: ControllerConformanceOptions,
): void {
  for (const { name, run } of controllerConformance(module, options)) test(`${module.name} ${name}`, run, PATIENCE);
}

interface Calm {
  readonly outcome: readonly string[];
  readonly created: number;
  readonly writes: number;
  readonly fingerprint: string;
}

/** The scenario, read once, and how it ends on a calm day. */
class Stage {
  readonly #module: ControllerModule;
  readonly #options: ControllerConformanceOptions;
  #make: ((trouble: Trouble) => ControllerTrial) | undefined;
  #calm: Calm | undefined;

  constructor(module: ControllerModule, options: ControllerConformanceOptions) {
    this.#module = module;
    this.#options = options;
  }

  get calm(): Calm {
    if (this.#calm !== undefined) return this.#calm;
    const trial = this.trial({}).run();
    const fingerprint = expectationsHold(trial, 'a calm day');
    const { created, writes } = trial;
    if (writes === 0) throw new ConformanceError('the controller wrote nothing: nothing of this scenario concerns it');
    return (this.#calm = { outcome: trial.outcome(), created, writes, fingerprint });
  }

  trial(trouble: Trouble): ControllerTrial {
    if (this.#make === undefined) {
      const { scenario: path, set = [] } = this.#options;
      const customKinds = new Set(this.#module.customResources ?? []);
      const { scenario } = loadScenario(path, { set, customKinds });
      const names = (scenario.cluster.controllers ?? []).filter((name) => !isPolicyFile(name));
      this.#make = (befalls) => new ControllerTrial(this.#module, scenario, names, befalls);
    }
    // What a controller is shown it cannot change, and is told so.
    setFreezing(true);
    return this.#make(trouble);
  }

  play(trouble: Trouble, what: string): void {
    const { calm } = this;
    const trial = this.trial(trouble).run();
    expectationsHold(trial, what);
    const outcome = trial.outcome();
    const missing = calm.outcome.filter((line) => !outcome.includes(line));
    const extra = outcome.filter((line) => !calm.outcome.includes(line));
    if (missing.length > 0 || extra.length > 0 || outcome.length !== calm.outcome.length) {
      throw new ConformanceError(`${what}: it ends otherwise\n- ${missing.join('\n- ')}\n+ ${extra.join('\n+ ')}`);
    }
    // What was under way when it died may be made again.
    if (trial.created > calm.created + trial.underWayAtCrash) {
      throw new ConformanceError(`${what}: it made ${trial.created} objects, and ${calm.created} on a calm day`);
    }
  }
}

/** @throws ConformanceError with the first expectation that did not hold; else gives the run's fingerprint */
function expectationsHold({ simulation }: ControllerTrial, what: string): string {
  const { expectations, fingerprint } = simulation.finish();
  const broken = expectations.find(({ held }) => !held);
  if (broken !== undefined) throw new ConformanceError(`${what}: broken: ${broken.text} (${broken.detail})`);
  return fingerprint;
}

/** At most so many of the numbers from 1 to `last`, evenly dealt, the first and the last among them. */
function dealt(last: number, most: number): number[] {
  const count = Math.min(last, Math.max(1, most));
  const step = count === 1 ? 0 : (last - 1) / (count - 1);
  return Array.from({ length: count }, (_, i) => 1 + Math.round(i * step));
}
