import { describe, expect, it } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import { Simulation } from '../src/sim/simulation.ts';

/** kubernetes#129795, as the shipped scenario shows it. */
async function run(gate: boolean): Promise<{ readonly created: readonly number[]; readonly inTheEnd: number }> {
  const set = [`cluster.parameters.featureGates.StaleControllerConsistencyReplicaSet=${gate}`];
  const { scenario, policies } = await prepareRun('scenarios/expectations-expire.yaml', { set });
  const created: number[] = [];
  const simulation = new Simulation(scenario, policies, { pod: () => undefined, event: () => undefined });
  simulation.api.observe(({ change, committedAt }) => {
    if (change.object.kind === 'Pod' && change.type === 'ADDED') created.push(Math.floor(committedAt / 1_000_000));
  });
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  return { created, inTheEnd: [...simulation.api.store.values('Pod')].length };
}

describe('a ReplicaSet of three whose controller is six minutes behind (kubernetes#129795)', () => {
  it('has three pods more when it is looked at after its expectations have expired', async () => {
    expect(await run(false)).toEqual({ created: [360, 360, 360, 690, 690, 690], inTheEnd: 3 });
  });

  it('has three with StaleControllerConsistencyReplicaSet: nothing is done before the cache is as new as the last write', async () => {
    expect(await run(true)).toEqual({ created: [360, 360, 360], inTheEnd: 3 });
  });
});
