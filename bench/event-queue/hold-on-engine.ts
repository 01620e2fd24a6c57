import { Engine, type EventKind } from '../../src/sim/engine/engine.ts';
import type { Work } from '../suite.ts';
import { TABLE, type HoldModel } from './hold-model.ts';
import { RollingHash } from './rolling-hash.ts';

/** On the engine as it is: handler table, operands, handles, fingerprint, checks. */
export function holdOnEngine({ pending, timers, delays, timerDelays, putsOff }: HoldModel): Work {
  const engine = new Engine();
  const hash = new RollingHash();
  const handleOf = new Float64Array(timers);
  const cursor = new Int32Array(1);
  const schedule = (event: number, turn: number): void => {
    if (event < timers) handleOf[event] = engine.after(timerDelays[turn]!, fires, event);
    else engine.after(delays[turn]!, fires, event);
  };
  const fires: EventKind = engine.on('fires', (event) => {
    hash.add(engine.now, event);
    const turn = cursor[0]!++ & (TABLE - 1);
    schedule(event, turn);
    const timer = putsOff[turn]!;
    if (timer >= 0) {
      engine.cancel(handleOf[timer]!);
      schedule(timer, turn);
    }
  });
  for (let event = 0; event < pending; event++) schedule(event, event & (TABLE - 1));
  return {
    run: (operations) => void engine.run({ maxEvents: operations }),
    hash: () => hash.toString(),
  };
}
