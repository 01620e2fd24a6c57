import { describe, expect, it } from 'vitest';
import type { WorkloadSpec } from '../scenario/workload.ts';
import { KubeletRig, podNamed } from '../../../test/doubles/kubelet-rig.ts';
import { Arrivals } from './arrivals.ts';
import { Behaviours } from './behaviour.ts';
import { Engine } from '../engine/engine.ts';

const SECOND = 1_000_000;

function workload(given: Partial<WorkloadSpec>): WorkloadSpec {
  return {
    name: 'jobs',
    namespace: 'default',
    count: 5,
    startMicros: 10 * SECOND,
    interarrival: undefined,
    templates: [{ weight: 1, labels: { app: 'jobs' }, spec: podNamed('x', { restartPolicy: 'Never' }).spec }],
    lifetime: undefined,
    deleteFinished: false,
    ...given,
  };
}

function arrive(specs: readonly WorkloadSpec[], until = 1_000, seed = 'arrivals'): KubeletRig {
  const rig: KubeletRig = new KubeletRig({ seed });
  new Arrivals(rig.engine, rig.api, specs);
  rig.run(until * SECOND);
  return rig;
}

const created = (rig: KubeletRig): [string, number][] =>
  rig.versions.filter((one) => one.type === 'ADDED').map(({ at, pod }) => [pod.metadata.name, at - 4_500]);

describe('arrivals', () => {
  it('come all at once without a time between them', () => {
    expect(created(arrive([workload({})]))).toEqual([0, 1, 2, 3, 4].map((n) => ['jobs-' + n, 10 * SECOND]));
  });

  it('come one after the other, with one pending event at a time', () => {
    const rig = arrive([workload({ interarrival: { kind: 'constant', value: 3 * SECOND } })], 1);
    expect(rig.engine.pending).toBe(1);
    rig.run(100 * SECOND);
    expect(created(rig).map(([, at]) => at / SECOND)).toEqual([10, 13, 16, 19, 22]);
  });

  it('of a workload do not change when another one is added', () => {
    const jobs = workload({ count: 20, interarrival: { kind: 'exponential', mean: SECOND } });
    const others = {
      ...workload({ count: 7, interarrival: { kind: 'uniform', min: 0, max: SECOND } }),
      name: 'others',
    };
    const alone = created(arrive([jobs]));
    const together = created(arrive([others, jobs])).filter(([name]) => name.startsWith('jobs-'));
    expect(together).toEqual(alone);
    expect(new Set(alone.map(([, at]) => at)).size).toBe(20);
  });

  it('do not hang on intervals of zero', () => {
    const rig = new Engine({ livelockLimit: 1_000 });
    let sent = 0;
    const api = { client: () => ({ send: () => void sent++ }), watch: () => {} };
    new Arrivals(rig, api, [workload({ count: 100_000, interarrival: { kind: 'constant', value: 0 } })]);
    rig.run();
    expect(sent).toBe(100_000);
    expect(rig.dispatched).toBe(1);
  });

  it('share the spec and the labels of their template, which is drawn by weight', () => {
    const [template] = workload({}).templates;
    const rare = { ...template!, weight: 1, labels: { size: 'big' } };
    const rig = arrive([workload({ count: 400, templates: [{ ...template!, weight: 3 }, rare] })], 11);
    const labels = rig.versions.filter((one) => one.type === 'ADDED').map(({ pod }) => pod.metadata.labels);
    const big = labels.filter((one) => one['size'] === 'big');
    expect(big.length).toBeGreaterThan(60);
    expect(big.length).toBeLessThan(140);
    expect(new Set(labels).size).toBe(2);
  });

  it('are deleted when they have succeeded, if that is wanted, and only then', () => {
    const spec = workload({ lifetime: { kind: 'constant', value: 5 * SECOND } });
    const rig = (specs: readonly WorkloadSpec[]): KubeletRig => {
      const made: KubeletRig = new KubeletRig({
        behaviours: {
          life: (pod, one, attempt) => behaviours.life(pod, one, attempt),
          pullError: () => undefined,
          hook: () => ({ duration: 0, ok: true }),
        },
      });
      const behaviours = new Behaviours(made.engine, [], specs);
      new Arrivals(made.engine, made.api, specs);
      made.run(60 * SECOND);
      return made;
    };
    expect([...rig([spec]).api.store.values('Pod')].map((pod) => pod.status.phase)).toEqual(Array(5).fill('Succeeded'));
    const swept = rig([{ ...spec, deleteFinished: true }]);
    expect([...swept.api.store.values('Pod')]).toEqual([]);
    expect(swept.kubelets.podCount).toBe(0);
  });
});
