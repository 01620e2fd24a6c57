import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { podOf, SchedulingWorld, type PodWish } from '../../../../test/doubles/scheduling-world.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { FilterPlugin, PluginFactory } from '../../../sim/policy-api/scheduling.ts';
import { Code, unschedulable } from '../../../sim/policy-api/status.ts';
import { CycleScratch } from './cycle-state.ts';
import { findNodesThatFit } from './find-nodes.ts';
import { podInfoOf } from './pod-info.ts';

/** A world of nodes n0, n1, … of which some have no room for a pod that asks for CPU. */
function world(count: number, full: (i: number) => boolean = () => false, percentage?: number): SchedulingWorld {
  const made = new SchedulingWorld(
    percentage === undefined ? {} : { configuration: { percentageOfNodesToScore: percentage } },
  );
  for (let i = 0; i < count; i++) made.node(`n${i}`, { cpu: full(i) ? '0' : '4' });
  return made;
}

interface Search {
  readonly feasible: number[];
  readonly explicit: number;
  readonly next: number;
}

/** One search in the plain form from a start index. */
function search(made: SchedulingWorld, pod: Pod, start: number): Search {
  const { policy } = made;
  const cursor = { nextStartNodeIndex: start };
  const snapshot = policy.cache.refresh();
  const found = findNodesThatFit(policy.frameworkFor(pod), snapshot, cursor, new CycleScratch(), podInfoOf(pod));
  return {
    feasible: found.feasible.map((node) => Number(node.name.slice(1))),
    explicit: found.diagnosis.statuses.size,
    next: cursor.nextStartNodeIndex,
  };
}

const pod = (more: PodWish = {}): Pod => podOf('p', { cpu: '1', ...more });

describe('the filter loop (sheet 4.4)', () => {
  test('walks from the start index around the list, and collects who fits', () => {
    const made = world(5, (i) => i % 2 === 1);
    expect(search(made, pod(), 3)).toEqual({ feasible: [4, 0, 2], explicit: 2, next: 3 });
  });

  test('stops at the feasible node after the last one wanted, which gets neither a place nor a status', () => {
    const made = world(300, (i) => i % 3 === 2, 1);
    const found = search(made, pod(), 0);
    expect(found.feasible.length).toBe(100);
    expect(found.feasible.at(-1)).toBe(148);
    // n149 is full and was still looked at; n150 is the 101st.
    expect(found).toMatchObject({ explicit: 50, next: 150 });
  });

  test('with fewer than wanted the whole list is walked', () => {
    const made = world(300, (i) => i >= 60, 1);
    expect(search(made, pod(), 200)).toMatchObject({ explicit: 240, next: 200 });
  });

  test('agrees with a walk by hand', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 100, maxLength: 160 }),
        fc.nat({ max: 159 }),
        fc.constantFrom(1, 80, 100),
        (fullness, at, percentage) => {
          const n = fullness.length;
          const start = at % n;
          const wanted = Math.max(100, Math.floor((n * percentage) / 100));
          const feasible: number[] = [];
          let passed = 0;
          for (; passed < n; passed++) {
            const i = (start + passed) % n;
            if (fullness[i]) continue;
            if (feasible.length === wanted) break;
            feasible.push(i);
          }
          const made = world(n, (i) => fullness[i]!, percentage);
          expect(search(made, pod(), start)).toEqual({
            feasible,
            explicit: passed - feasible.length,
            next: (start + passed) % n,
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  test('an error ends the search and the cycle; the start index moves all the same', () => {
    const broken: PluginFactory = () => {
      const plugin: FilterPlugin = {
        name: 'Broken',
        filter: (_state, _pod, node) =>
          node.name === 'n2' ? { code: Code.Error, reasons: ['no idea'] } : unschedulable('no'),
      };
      return plugin;
    };
    const made = new SchedulingWorld({
      plugins: new Map([['Broken', broken]]),
      configuration: {
        profiles: [{ schedulerName: 'default-scheduler', plugins: { filter: { enabled: [{ name: 'Broken' }] } } }],
      },
    });
    for (let i = 0; i < 5; i++) made.node(`n${i}`);
    expect(made.decide(pod())).toMatchObject({ kind: 'error', message: 'running "Broken" filter plugin: no idea' });
    expect(made.policy.cursor.nextStartNodeIndex).toBe(2);
  });

  test('without Score plugins the first feasible node is enough', () => {
    const made = new SchedulingWorld({
      configuration: {
        profiles: [
          {
            schedulerName: 'default-scheduler',
            plugins: { preScore: { disabled: [{ name: '*' }] }, score: { disabled: [{ name: '*' }] } },
          },
        ],
      },
    });
    for (let i = 0; i < 5; i++) made.node(`n${i}`);
    expect(search(made, pod(), 3)).toEqual({ feasible: [3], explicit: 0, next: 4 });
  });
});

describe('the start index (sheet 4.5)', () => {
  test('is one number for the scheduler: it goes on where the last search ended', () => {
    const made = world(300, undefined, 1);
    expect(made.place(made.pod('a', { cpu: '1' }))).toBe('n0');
    expect(made.policy.cursor.nextStartNodeIndex).toBe(100);
    expect(made.place(made.pod('b', { cpu: '1' }))).toBe('n100');
    expect(made.policy.cursor.nextStartNodeIndex).toBe(200);
    made.place(made.pod('c', { cpu: '1' }));
    expect(made.policy.cursor.nextStartNodeIndex).toBe(0);
  });

  test('is not moved when PreFilter rejects', () => {
    const made = world(300, undefined, 1);
    made.policy.cursor.nextStartNodeIndex = 7;
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'gone' } }];
    made.decide(made.pod('p', { spec: { volumes } }));
    expect(made.policy.cursor.nextStartNodeIndex).toBe(7);
  });

  test('is not moved when the nominated node takes the pod, which is then the only one looked at', () => {
    const made = world(300, undefined, 1);
    const nominated = pod({ status: { nominatedNodeName: 'n250' } });
    expect(search(made, nominated, 7)).toEqual({ feasible: [250], explicit: 0, next: 7 });
  });

  test('counts a failed nominated node that the walk did not reach as one more', () => {
    const made = world(300, (i) => i === 250, 1);
    const nominated = pod({ status: { nominatedNodeName: 'n250' } });
    expect(search(made, nominated, 0)).toMatchObject({ explicit: 1, next: 101 });
    expect(search(made, nominated, 200)).toMatchObject({ explicit: 1, next: 1 });
  });

  test('a nominated node that does not exist is passed over', () => {
    const made = world(5);
    const nominated = pod({ status: { nominatedNodeName: 'gone' } });
    expect(search(made, nominated, 0)).toMatchObject({ feasible: [0, 1, 2, 3, 4], explicit: 0 });
  });

  test('with named nodes the walk is among them, the update modulo the whole list', () => {
    const made = world(300, undefined, 1);
    const values = ['n3', 'n1', 'n2'];
    const term = {
      matchFields: values.map((value) => ({ key: 'metadata.name', operator: 'In' as const, values: [value] })),
    };
    const terms = term.matchFields.map((field) => ({ matchFields: [field] }));
    const named = pod({
      spec: {
        affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
      },
    });
    expect(search(made, named, 299)).toEqual({ feasible: [3, 1, 2], explicit: 0, next: 2 });
  });
});

describe('who carries a status (sheet 4.6)', () => {
  test('nodes that were looked at and refused; all others have the absent one', () => {
    const made = world(3, (i) => i !== 1);
    const { policy } = made;
    const named = pod({
      spec: {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n2'] }] }],
            },
          },
        },
      },
    });
    const found = findNodesThatFit(
      policy.frameworkFor(named),
      policy.cache.refresh(),
      { nextStartNodeIndex: 0 },
      new CycleScratch(),
      podInfoOf(named),
    );
    const { statuses } = found.diagnosis;
    expect(statuses.get('n2')).toMatchObject({ plugin: 'NodeResourcesFit' });
    expect(statuses.get('n0')).toMatchObject({
      code: Code.UnschedulableAndUnresolvable,
      reasons: ["node(s) didn't satisfy plugin(s) [NodeAffinity]"],
    });
    expect(statuses.size).toBe(1);
  });

  test('a rejection by PreFilter is everybody’s status', () => {
    const made = world(3);
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'gone' } }];
    const { policy } = made;
    const wanting = pod({ spec: { volumes } });
    const found = findNodesThatFit(
      policy.frameworkFor(wanting),
      policy.cache.refresh(),
      { nextStartNodeIndex: 0 },
      new CycleScratch(),
      podInfoOf(wanting),
    );
    expect(found.diagnosis.statuses.size).toBe(0);
    expect(found.diagnosis.statuses.get('n1')).toMatchObject({ plugin: 'VolumeRestrictions' });
    expect([...found.diagnosis.unschedulablePlugins]).toEqual(['VolumeRestrictions']);
  });
});

describe('fewer than 100 nodes (sheet 4.8)', () => {
  test('every node is looked at, the start index never moves, and equal pods go round by getting their node fuller', () => {
    const made = world(4);
    const places = Array.from({ length: 8 }, (_, i) => made.place(made.pod(`p${i}`, { cpu: '100m' })));
    expect(places).toEqual(['n0', 'n1', 'n3', 'n2', 'n0', 'n1', 'n3', 'n2']);
    expect(made.policy.cursor.nextStartNodeIndex).toBe(0);
  });

  test('no node at all is an error that no plugin is to blame for', () => {
    expect(new SchedulingWorld().decide(pod())).toMatchObject({
      kind: 'error',
      message: 'no nodes available to schedule pods',
    });
  });
});
