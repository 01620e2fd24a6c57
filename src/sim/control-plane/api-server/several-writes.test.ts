import { describe, expect, it } from 'vitest';
import { makeNamespace, makePod, meta } from '../../../../test/doubles/objects.ts';
import { Engine } from '../../engine/engine.ts';
import { keyOf } from '../../api/kinds.ts';
import type { Pod } from '../../api/pod.ts';
import type { PodDisruptionBudget } from '../../api/policy.ts';
import type { Request, Response } from '../../api/request.ts';
import { DEFAULT_PARAMETERS } from '../../default-parameters.ts';
import { SimulatedApiServer } from './api-server.ts';

interface Seen {
  readonly at: number;
  readonly what: string;
}

class Server {
  readonly engine = new Engine();
  readonly api = new SimulatedApiServer(this.engine, DEFAULT_PARAMETERS);
  readonly seen: Seen[] = [];
  readonly answers: Response[] = [];

  constructor(pod: Pod, ...others: readonly PodDisruptionBudget[]) {
    for (const object of [makeNamespace('default'), pod, ...others]) this.api.install(object);
    this.api.observe(({ change: { type, object }, committedAt }) =>
      this.seen.push({ at: committedAt, what: `${type} ${object.kind}` }),
    );
  }

  send(request: Request): this {
    this.api.client('test', undefined).send(request, (response) => this.answers.push(response));
    return this;
  }

  run(): this {
    this.engine.run();
    return this;
  }
}

const pod = makePod('p', { nodeName: 'n' });
const running: Pod = {
  ...pod,
  status: { ...pod.status, phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
};
const key = keyOf(pod);
const removal: Request = { verb: 'delete', kind: 'Pod', key, gracePeriodSeconds: 0 };

describe('a request that is several writes', () => {
  it('deletes a pod without grace in two, one after the other', () => {
    const { seen, answers } = new Server(running).send(removal).run();
    expect(seen.map(({ what }) => what)).toEqual(['MODIFIED Pod', 'DELETED Pod']);
    expect(seen[1]!.at).toBeGreaterThan(seen[0]!.at);
    expect(answers).toMatchObject([{ ok: true }]);
  });

  it('is well when somebody else has removed the marked pod meanwhile', () => {
    const { seen, answers } = new Server(running).send(removal).send(removal).run();
    expect(seen.filter(({ what }) => what === 'DELETED Pod')).toHaveLength(1);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true]);
  });

  it('evicts in three: the budget, the condition, the deletion', () => {
    const budget: PodDisruptionBudget = {
      kind: 'PodDisruptionBudget',
      metadata: meta({ name: 'b' }),
      spec: { selector: {} },
      status: { observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 },
    };
    const labelled = { ...running, metadata: { ...running.metadata, labels: { app: 'a' } } } as Pod;
    const { seen } = new Server(labelled, budget).send({ verb: 'evict', key }).run();
    expect(seen.map(({ what }) => what)).toEqual(['MODIFIED PodDisruptionBudget', 'MODIFIED Pod', 'MODIFIED Pod']);
    expect(new Set(seen.map(({ at }) => at)).size).toBe(3);
  });
});
