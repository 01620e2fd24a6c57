import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeObject } from '../encode-object.ts';
import type { Deployment } from '../workloads.ts';
import { factsOf, KINDS, type ApiObject, type Kind } from '../kinds.ts';
import type { Pod } from '../pod.ts';
import { fieldPath, type Problem } from '../problem.ts';
import { decodeObject, listItems, type DecodeOptions } from './decode-object.ts';

interface Decoded {
  readonly object: ApiObject | undefined;
  readonly problems: readonly Problem[];
  readonly errors: readonly string[];
}

function decode(raw: unknown, options: DecodeOptions = {}): Decoded {
  const problems: Problem[] = [];
  const object = decodeObject(raw, (problem) => problems.push(problem), options);
  const errors = problems.filter(({ severity }) => severity === 'error');
  return { object, problems, errors: errors.map((each) => `${fieldPath(each.path)}: ${each.message}`) };
}

const CONTAINER = { name: 'c', image: 'nginx:1.25' };
const pod = (spec: object = {}, metadata: object = {}): Record<string, unknown> => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', ...metadata },
  spec: { containers: [CONTAINER], ...spec },
});
const deployment = (spec: object = {}): Record<string, unknown> => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [CONTAINER] } },
    ...spec,
  },
});

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

/**
 * What kube-apiserver v1.36.3 answered (its own decoding, defaulting and validation code): the object it would store,
 * or the errors, or the words of the strict decoder.
 */
interface Answer {
  readonly raw: Record<string, unknown>;
  readonly object?: Record<string, unknown>;
  readonly errors?: readonly [field: string, message: string][];
  readonly strict?: readonly string[];
}
const answers = readFileSync(new URL('../../../../test/fixtures/api/answers.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Answer);

/** What the API server refuses and this decoder lets through; all of it concerns what is not simulated. */
const NOT_CHECKED = [
  /projected/, // the files of projected volumes
  /downwardAPI/,
  /windows pod/, // what windows has no equivalent for
  /allowedTopologies\[\d\]\.matchLabelExpressions: Duplicate value: ""/, // an empty term counted against itself
  /leaseDurationSeconds/, // absent and zero are the same here
  /healthCheckNodePort: Required/, // given by the API server before it validates
];

/** Objects and lists are shown by the API server with the names of its own structures. */
function plain(message: string): string {
  return message
    .replace(/^(Invalid|Duplicate) value: (\{.*\}|\[.*\]|null): /, '$1 value: {}: ')
    .replace(/^Unsupported value: .*: supported values: /, 'Unsupported value: supported values: ')
    .replace(/^Duplicate value: \{.*\}$/, 'Duplicate value: {}')
    .replace(/"([^"]{60})[^"]+"/g, '"$1…"');
}

/** Objects without what is empty, which the API server prints here and there. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, item]) => [key, withoutEmpty(item)] as const);
  return Object.fromEntries(
    members.filter(([, item]) => !(typeof item === 'object' && (item === null || Object.keys(item).length === 0))),
  );
}

describe('against the API server’s own code', () => {
  it('accepts and refuses the same objects', () => {
    expect(answers.length).toBeGreaterThan(300);
    for (const { raw, object, errors = [], strict = [] } of answers) {
      const ours = decode(raw).errors;
      const theirs = [...strict, ...errors.map((error) => error.join(': '))];
      if (object === undefined && theirs.every((error) => NOT_CHECKED.some((pattern) => pattern.test(error)))) continue;
      const shown = JSON.stringify({ raw, ours, theirs });
      expect(ours.length === 0, shown).toBe(object !== undefined && strict.length === 0);
    }
  });

  it('says nothing that the API server does not say, and in the same words', () => {
    let compared = 0;
    for (const { raw, errors, strict } of answers) {
      if (errors === undefined || strict !== undefined) continue;
      // With a selector like that the API server does not look at the template any more.
      if (errors.some(([, message]) => message.endsWith('invalid label selector'))) continue;
      // The missing name of a budget is found by the part of the API server that was not asked.
      if (raw['kind'] === 'PodDisruptionBudget' && (raw['metadata'] as { name?: unknown } | null)?.name === undefined)
        continue;
      const theirs = new Set(errors.map(([, message]) => plain(message)));
      const problems = decode(raw).problems.filter(({ severity }) => severity === 'error');
      const ours = problems.map(({ message }) => plain(message));
      if (problems.some(({ code }) => code === 'wrong-type')) continue;
      compared += 1;
      const shown = JSON.stringify({ raw, ours, errors });
      for (const message of ours) {
        // Where the API server checks the form of an empty value, it is simply missing here.
        const isMissing =
          message === 'Required value' && [...theirs].some((each) => /: "": |^Required value/.test(each));
        expect(isMissing || theirs.has(message), `${message}\n${shown}`).toBe(true);
      }
    }
    expect(compared).toBeGreaterThan(250);
  });

  it('fills in the same defaults', () => {
    let compared = 0;
    for (const { raw, object } of answers) {
      if (object === undefined) continue;
      const ours = decode(raw).object;
      if (ours === undefined) continue;
      const expected = withoutEmpty(object) as { kind: Kind; metadata: Record<string, unknown>; status?: unknown };
      const encoded = withoutEmpty(encodeObject(ours)) as typeof expected;
      // Set on creation and not by defaulting.
      delete expected.metadata['generation'];
      if (expected.kind !== 'Node') delete expected.status;
      else
        for (const part of ['daemonEndpoints', 'nodeInfo']) delete (expected.status as Record<string, unknown>)[part];
      if (expected.kind !== 'Node') delete encoded.status;
      if (expected.kind === 'Namespace') delete (expected as { spec?: unknown }).spec;
      // Inside, an endpoint's conditions are always known, and the start of the run stands for no time at all.
      if (expected.kind === 'EndpointSlice' || expected.kind === 'Lease') continue;
      expect(encoded, JSON.stringify(raw)).toEqual(expected);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(30);
  });
});

describe('decoding', () => {
  it('gives a complete, frozen object', () => {
    const { object, errors } = decode(pod());
    expect(errors).toEqual([]);
    expect(isDeeplyFrozen(object)).toBe(true);
    expect(object).toMatchObject({
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default', uid: '', resourceVersion: 0, labels: {}, finalizers: [] },
      spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, schedulerName: 'default-scheduler' },
      status: { phase: 'Pending', conditions: [] },
    });
  });

  it('knows unknown fields and what was probably meant', () => {
    const { problems } = decode(pod({ contianers: [], restartpolicy: 'Never' }));
    expect(problems).toMatchObject([
      { path: ['spec', 'contianers'], code: 'unknown-field', at: 'key', suggestion: 'containers' },
      { path: ['spec', 'restartpolicy'], code: 'unknown-field', at: 'key', suggestion: 'restartPolicy' },
    ]);
  });

  it('reports wrong types once, and goes on', () => {
    const { errors } = decode(
      deployment({
        replicas: '3',
        paused: 'yes',
        minReadySeconds: 1.5,
        template: { metadata: { labels: { app: 'web', version: 2 } }, spec: { containers: { name: 'c' } } },
      }),
    );
    expect(errors).toEqual([
      'spec.template.metadata.labels.version: expected text, found the number 2',
      'spec.template.spec.containers: expected a list, found an object',
      'spec.replicas: expected an integer, found text "3"',
      'spec.paused: expected true or false, found text "yes"',
      'spec.minReadySeconds: expected an integer, found the number 1.5',
    ]);
  });

  it('suggests quotes, digits and suffixes', () => {
    const suggestions = (raw: object): (string | undefined)[] => decode(raw).problems.map((each) => each.suggestion);
    expect(suggestions(pod({}, { labels: { version: 2 } }))).toEqual(['"2"']);
    expect(suggestions(deployment({ replicas: '3' }))).toEqual(['3']);
    expect(suggestions(pod({ hostNetwork: 'yes' }))).toEqual(['true']);
    expect(suggestions(pod({ restartPolicy: 'never' }))).toEqual(['Never']);
    const memory = { containers: [{ ...CONTAINER, resources: { limits: { memory: '512MB' } } }] };
    expect(suggestions(pod(memory))).toEqual(['512M']);
  });

  it('takes nothing for nothing, as kubectl does', () => {
    const empty = { nodeSelector: null, tolerations: null, volumes: [], affinity: null, activeDeadlineSeconds: null };
    const { object } = decode({ ...pod(empty), status: null });
    expect(object).toEqual(decode(pod()).object);
  });

  it('writes quantities in one way', () => {
    const resources = { requests: { cpu: 0.5, memory: '1024Ki' }, limits: { cpu: '1000m', memory: '0.1m' } };
    const { object, errors } = decode(pod({ containers: [{ ...CONTAINER, resources }] }));
    expect(errors).toEqual([
      'spec.containers[0].resources.requests: Invalid value: "1Mi": must be less than or equal to memory limit of 1m',
    ]);
    expect(object).toBeUndefined();
  });

  it('warns once of each field that is not simulated, unless it says what holds anyway', () => {
    const spec = {
      dnsPolicy: 'ClusterFirst',
      hostPID: true,
      containers: [
        { ...CONTAINER, env: [{ name: 'A', value: 'b' }], stdin: false },
        { ...CONTAINER, name: 'd', env: [{ name: 'A' }] },
      ],
    };
    const warned = new Set<string>();
    const first = decode(pod(spec), { warned });
    expect(first.problems).toMatchObject([
      { severity: 'warning', code: 'field-not-simulated', path: ['spec', 'containers', 0, 'env'] },
      { severity: 'warning', code: 'field-not-simulated', path: ['spec', 'hostPID'] },
    ]);
    expect(first.object).toBeDefined();
    expect(decode(pod(spec), { warned }).problems).toEqual([]);
  });

  it('keeps what is not simulated, so that changing it is a change', () => {
    const { object } = decode(pod({ containers: [{ ...CONTAINER, env: [{ name: 'A', value: 'b' }] }] }));
    expect((object as Pod).spec.containers[0]?.env).toEqual([{ name: 'A', value: 'b' }]);
  });
});

describe('kinds', () => {
  it('that are valid and not simulated are let go with a warning', () => {
    for (const [apiVersion, kind] of [
      ['networking.k8s.io/v1', 'Ingress'],
      ['autoscaling/v1', 'Scale'],
      ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
      ['cert-manager.io/v1', 'Certificate'],
    ]) {
      const { object, problems } = decode({ apiVersion, kind, metadata: { name: 'x' }, anything: [1] });
      expect(object).toBeUndefined();
      expect(problems).toMatchObject([{ severity: 'warning', code: 'kind-not-simulated' }]);
    }
  });

  it('in an older version that is served are read as what they mean in the newest', () => {
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
    const read = (spec: object): Decoded =>
      decode({
        apiVersion: 'autoscaling/v1',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web' },
        spec: { scaleTargetRef, maxReplicas: 5, ...spec },
      });
    const target = (averageUtilization: number): object => ({
      spec: {
        minReplicas: 1,
        maxReplicas: 5,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }],
      },
    });
    expect(read({ targetCPUUtilizationPercentage: 50 }).object).toMatchObject(target(50));
    expect(read({}).object).toMatchObject(target(80));
    expect(read({ targetCPUUtilizationPercentage: 0 }).errors).toEqual([
      'spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
    ]);
    expect(read({ metrics: [] }).errors).toEqual(['spec.metrics: unknown field "metrics"']);
  });

  it('in a version that is gone are refused with the one that is there', () => {
    for (const [apiVersion, kind, suggestion] of [
      ['extensions/v1beta1', 'Deployment', 'apps/v1'],
      ['apps/v1beta2', 'ReplicaSet', 'apps/v1'],
      ['policy/v1beta1', 'PodDisruptionBudget', 'policy/v1'],
      ['v1', 'Deployment', 'apps/v1'],
      ['autoscaling/v2beta2', 'HorizontalPodAutoscaler', 'autoscaling/v2'],
      ['batch/v1beta1', 'CronJob', 'batch/v1'],
      ['networking.k8s.io/v1beta1', 'Ingress', 'networking.k8s.io/v1'],
    ]) {
      expect(decode({ apiVersion, kind, metadata: { name: 'x' } }).problems).toMatchObject([
        { severity: 'error', code: 'unknown-kind', path: ['apiVersion'], suggestion },
      ]);
    }
  });

  it('that nobody knows are refused with the one that was meant', () => {
    expect(decode({ apiVersion: 'apps/v1', kind: 'Deploymnet' }).problems).toMatchObject([
      { severity: 'error', code: 'unknown-kind', path: ['kind'], suggestion: 'Deployment' },
    ]);
    expect(decode({ kind: 'Pod' }).errors).toEqual(['apiVersion: Required value']);
    expect(decode({ apiVersion: 'v1', kind: 7 }).errors).toEqual(['kind: expected text, found the number 7']);
    expect(decode({ apiVersion: 'v1', kind: 'constructor' }).problems).toMatchObject([{ code: 'unknown-kind' }]);
  });
});

describe('snapshots', () => {
  const recorded = {
    ...pod(
      { nodeName: 'n1' },
      {
        uid: 'u-1',
        resourceVersion: '4711',
        creationTimestamp: '2025-12-31T23:59:50Z',
        generation: 2,
        managedFields: [{ manager: 'kubectl' }],
      },
    ),
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      startTime: '2025-12-31T23:59:51Z',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2025-12-31T23:59:59Z', lastProbeTime: null }],
      containerStatuses: [
        {
          name: 'c',
          image: 'nginx:1.25',
          imageID: 'docker.io/nginx@sha256:0',
          ready: true,
          started: true,
          restartCount: 1,
          state: { running: { startedAt: '2025-12-31T23:59:58Z' } },
          lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
        },
      ],
    },
  };

  it('keep identity, versions, times and status', () => {
    expect(decode(recorded, { snapshot: true }).object).toMatchObject({
      metadata: { uid: 'u-1', resourceVersion: 4711, generation: 2, creationTimestamp: -10_000_000 },
      status: {
        phase: 'Running',
        startTime: -9_000_000,
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: -1_000_000 }],
        containerStatuses: [{ restartCount: 1, lastState: { terminated: { exitCode: 137 } } }],
      },
    });
  });

  it('are manifests without the option', () => {
    expect(decode(recorded).object).toEqual(decode(pod({ nodeName: 'n1' })).object);
    expect(decode(recorded).problems).toEqual([]);
  });

  it('survive printing and reading', () => {
    const { object } = decode(recorded, { snapshot: true });
    if (object === undefined) throw new Error('should decode');
    expect(decode(encodeObject(object), { snapshot: true }).object).toEqual(object);
  });

  it('bring a node’s capacity along, as a manifest does too', () => {
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n' },
      status: { capacity: { cpu: 4, pods: '110' } },
    };
    expect(decode(node).object).toMatchObject({
      status: { capacity: { cpu: '4' }, allocatable: { cpu: '4', pods: '110' } },
    });
  });
});

describe('lists', () => {
  it('are opened', () => {
    expect(listItems({ apiVersion: 'v1', kind: 'List', items: [1, 2] })).toEqual([1, 2]);
    expect(listItems({ apiVersion: 'v1', kind: 'PodList', items: [] })).toEqual([]);
    for (const raw of [null, 1, [], { kind: 'List' }, { kind: 'Pod', items: [] }])
      expect(listItems(raw)).toBeUndefined();
  });
});

describe('identity', () => {
  it('pods of one template share the completed spec', () => {
    const { object } = decode(deployment());
    const { spec } = (object as Deployment).spec.template;
    expect(isDeeplyFrozen(spec)).toBe(true);
  });
});

describe('hostile input', () => {
  it('never throws, never hangs, never pollutes', () => {
    const words = fc.constantFrom(
      'metadata',
      'spec',
      'name',
      'containers',
      '__proto__',
      'constructor',
      'toString',
      'labels',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom<unknown>(null, true, NaN, Infinity, -0, 1e400, 2 ** 53, '', 'x'.repeat(10_000), 10n ** 30n),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(words, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    const kinds = fc.constantFrom(...(Object.keys(KINDS) as Kind[]));
    fc.assert(
      fc.property(kinds, fc.dictionary(words, tree), (kind, members) => {
        const raw = { ...members, apiVersion: factsOf(kind).apiVersion, kind };
        const { object, problems } = decode(raw);
        expect(object !== undefined || problems.length > 0).toBe(true);
        for (const { message } of problems) expect(message.length).toBeLessThan(1000);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 500 },
    );
    for (const raw of [undefined, null, 1, 'x', [], Object.create(null)]) expect(decode(raw).object).toBeUndefined();
  });

  it('takes the members of a prototype for no members', () => {
    const raw = JSON.parse(
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"__proto__":"x"}},"__proto__":{"polluted":1}}',
    ) as unknown;
    const { errors } = decode(raw);
    expect(errors.some((error) => error.includes('unknown field "__proto__"'))).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('stops listing problems at some point', () => {
    const containers = Array.from({ length: 100_000 }, () => ({ nonsense: 1 }));
    const { problems } = decode(pod({ containers }));
    expect(problems.length).toBe(200);
    expect(problems.at(-1)?.code).toBe('too-many-problems');
  });
});
