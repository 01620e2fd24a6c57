import fc from 'fast-check';
import type { Request } from '../../src/sim/api/request.ts';
import { ControllerWorld, SECOND, type Crash, type Refusal, type WorldOptions } from './controller-world.ts';
import { playKubelets } from './workload-objects.ts';

/** Delays, refusals and crashes that a world meets. */
export interface Weather {
  /** Microseconds, dealt in turn. */
  readonly requestDelays: readonly number[];
  readonly watchDelays: readonly number[];
  readonly readyDelays: readonly number[];
  readonly stopDelays: readonly number[];
  /** Of so many requests the last one is refused while the weather is bad; 0: none is. */
  readonly refuseEvery: number;
}

const delay = (max: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 100, max }), { minLength: 1, maxLength: 7 });

export const weather: fc.Arbitrary<Weather> = fc.record({
  requestDelays: delay(400_000),
  watchDelays: delay(2_000_000),
  readyDelays: delay(4_000_000),
  stopDelays: delay(5_000_000),
  refuseEvery: fc.constantFrom(0, 0, 3, 5, 11),
});

function dealer(values: readonly number[]): () => number {
  let dealt = 0;
  return () => values[dealt++ % values.length]!;
}

/** From then on nothing is refused. */
export const END_OF_BAD_WEATHER = 60 * SECOND;

/** A world of controllers and kubelets in this weather. */
export function worldIn(
  { requestDelays, watchDelays, readyDelays, stopDelays, refuseEvery }: Weather,
  controllers: WorldOptions['controllers'],
): ControllerWorld {
  let sent = 0;
  const refuse = ({ verb }: Request, { now }: ControllerWorld): Refusal | undefined => {
    if (refuseEvery === 0 || now > END_OF_BAD_WEATHER || ++sent % refuseEvery !== 0) return undefined;
    return verb === 'get' ? undefined : [403, 'Forbidden', 'bad weather'];
  };
  const world = new ControllerWorld({
    controllers,
    requestDelay: dealer(requestDelays),
    watchDelay: dealer(watchDelays),
    refuse,
  });
  const ready = dealer(readyDelays);
  const stop = dealer(stopDelays);
  playKubelets(
    world,
    () => ready(),
    () => stop(),
  );
  return world;
}

/** Moments at which all controllers die, in whole seconds. */
export const crashes: fc.Arbitrary<readonly (Crash & { readonly at: number })[]> = fc.array(
  fc.record({
    at: fc.integer({ min: 1, max: 50 }),
    downtime: fc.constantFrom(0, 500_000, 7 * SECOND),
    underWay: fc.constantFrom('arrive' as const, 'lost' as const),
  }),
  { maxLength: 3 },
);

export function crashIn(world: ControllerWorld, moments: readonly (Crash & { readonly at: number })[]): void {
  for (const moment of moments) world.after(moment.at * SECOND, () => world.crash(moment));
}
