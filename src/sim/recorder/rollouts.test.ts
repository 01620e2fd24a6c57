import { describe, expect, it } from 'vitest';
import { daemonSetNamed, statefulSetNamed, template } from '../../../test/doubles/workload-objects.ts';
import type { DaemonSet, DaemonSetStatus } from '../api/daemon-set.ts';
import type { StatefulSet, StatefulSetStatus } from '../api/stateful-set.ts';
import { Rollouts } from './rollouts.ts';

const SECOND = 1_000_000;

/** Feeds versions of one object to the recorder, one a second. */
function follow<T extends StatefulSet | DaemonSet>(versions: readonly T[]): Rollouts {
  const rollouts = new Rollouts();
  versions.forEach((object, i) => {
    const previous = versions[i - 1];
    rollouts.observe({ type: previous === undefined ? 'ADDED' : 'MODIFIED', object, previous } as never, i * SECOND);
  });
  return rollouts;
}

describe('the rollouts of a StatefulSet', () => {
  const set = (status: Partial<StatefulSetStatus>, image = 'img:1', partition = 0): StatefulSet => {
    const made = statefulSetNamed('db', {
      replicas: 3,
      template: TEMPLATES.get(image)!,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } },
    });
    const generation = image === 'img:1' ? 1 : 2;
    return { ...made, metadata: { ...made.metadata, generation }, status: { ...made.status, ...status } };
  };
  const whole = { observedGeneration: 1, replicas: 3, readyReplicas: 3, availableReplicas: 3, updatedReplicas: 3 };

  it('begin with a new template and end when every pod that is to be updated is', () => {
    const [first, second] = follow([
      set({}),
      set(whole),
      set(whole, 'img:2', 1),
      set({ ...whole, observedGeneration: 2, updatedReplicas: 0, availableReplicas: 2, replicas: 2 }, 'img:2', 1),
      set({ ...whole, observedGeneration: 2, updatedReplicas: 2 }, 'img:2', 1),
    ]).records();
    expect(first).toMatchObject({ kind: 'StatefulSet', name: 'db', revision: 1, startedAt: 0, completedAt: SECOND });
    expect(second).toMatchObject({
      revision: 2,
      startedAt: 2 * SECOND,
      completedAt: 4 * SECOND,
      lowestAvailable: 2,
      desiredReplicas: 3,
    });
  });
});

describe('the rollouts of a DaemonSet', () => {
  it('count the nodes that fit', () => {
    const set = (status: Partial<DaemonSetStatus>): DaemonSet => {
      const made = daemonSetNamed('agent', { template: TEMPLATES.get('img:1')! });
      return { ...made, metadata: { ...made.metadata, generation: 1 }, status: { ...made.status, ...status } };
    };
    const [only] = follow([
      set({}),
      set({ observedGeneration: 1, desiredNumberScheduled: 4, currentNumberScheduled: 4, updatedNumberScheduled: 4 }),
      set({
        observedGeneration: 1,
        desiredNumberScheduled: 4,
        currentNumberScheduled: 4,
        updatedNumberScheduled: 4,
        numberReady: 4,
        numberAvailable: 4,
      }),
    ]).records();
    expect(only).toMatchObject({
      kind: 'DaemonSet',
      desiredReplicas: 4,
      completedAt: 2 * SECOND,
      availableReplicas: 4,
    });
  });
});

const TEMPLATES = new Map(['img:1', 'img:2'].map((image) => [image, template(image)]));
