import { describe, expect, it } from 'vitest';
import type { Change } from '../src/sim/api/change.ts';
import { SimulatedApiServer } from '../src/sim/control-plane/api-server/api-server.ts';
import { Engine } from '../src/sim/engine/engine.ts';
import { DEFAULT_PARAMETERS } from '../src/sim/default-parameters.ts';
import { makeNamespace, makeNode, makePod } from './doubles/objects.ts';
import { lastInSyncAt } from './oracle/relist-herd.ts';

const SECOND = 1_000_000;
const NODES = 5_000;

/** The API server dies and is started again: 5,000 kubelets come back with versions that nobody knows any more. */
function herd(listMicros: number) {
  const engine = new Engine({ seed: '1' });
  const parameters = {
    ...DEFAULT_PARAMETERS,
    apiServer: {
      ...DEFAULT_PARAMETERS.apiServer,
      list: { kind: 'constant', value: listMicros } as const,
      start: { kind: 'constant', value: 4 * SECOND } as const,
    },
  };
  const api = new SimulatedApiServer(engine, parameters);
  api.install(makeNamespace('default'));
  const seenAt: number[] = Array.from({ length: NODES }, () => -1);
  for (let i = 0; i < NODES; i++) {
    api.install(makeNode(`n${i}`));
    api.install(makePod(`p${i}`, { nodeName: `n${i}` }));
    const receive = ({ object }: Change): void => {
      if (object.metadata.annotations['after'] !== undefined) seenAt[i] = engine.now;
    };
    api.watch({ kind: 'Pod', nodeName: `n${i}`, receive });
  }
  let servesAt = 0;
  const relists: number[] = [];
  api.instances.observe({
    reopened: (anew) => {
      if (anew) relists.push(engine.now);
    },
  });
  const doKind = engine.on('test/do', (_a, _b, what) => (what as () => void)());
  const at = (seconds: number, what: () => void): void => {
    engine.at(seconds * SECOND, doKind, 0, 0, what);
  };
  const client = api.client('test', undefined);
  at(70, () => {
    api.instances.kill(0);
    api.instances.start(0, () => (servesAt = engine.now));
  });
  // Everybody has missed something, and everybody sees the first thing that is written afterwards.
  at(90, () => {
    for (let i = 0; i < NODES; i++) {
      const patch = { metadata: { annotations: { after: 'yes' } } };
      client.send({ verb: 'patch', kind: 'Pod', key: `default/p${i}`, patch }, () => undefined);
    }
  });
  at(400, () => undefined);
  engine.run({ until: 400 * SECOND });
  return { servesAt, relists, seenAt, open: api.instances.watches.open };
}

describe('a herd of 5,000 informers that list anew when their API server is back', () => {
  it.each([5_000, 40_000, 100_000])('is in sync when queueing says so, with %i us a list', (listMicros) => {
    const { servesAt, relists, seenAt, open } = herd(listMicros);
    expect(open).toBe(NODES);
    expect(seenAt.every((at) => at > 0)).toBe(true);
    expect(relists).toHaveLength(NODES);
    // 5,000 pods of 2 kB: a list takes 10 of the 117 seats that the level of nodes has at rest; after ten seconds it has
    // 394, with what the others lend. 64 queues of 50.
    const predicted = lastInSyncAt(NODES, {
      diedAt: 70 * SECOND,
      servesAt,
      serviceMicros: listMicros,
      mostWaiting: 3_200,
      lists: (sinceFirst) => (sinceFirst < 10 * SECOND ? 11 : 39),
    });
    const took = (Math.max(...relists) - servesAt) / SECOND;
    const expected = (predicted - servesAt) / SECOND;
    expect(Math.abs(took / expected - 1), `${took} s, queueing says ${expected} s`).toBeLessThan(0.1);
  });
});
