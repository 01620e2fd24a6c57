import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { podRequests, resourcesOf } from '../sim/api/pod-requests.ts';
import type { Deployment } from '../sim/api/workloads.ts';
import type { Pod } from '../sim/api/pod.ts';
import { DEFAULT_PARAMETERS } from '../sim/default-parameters.ts';
import { fieldNamesOf } from './field-names.ts';
import { loadScenario, scenarioFromManifests, type LoadOptions } from './load-scenario.ts';
import { scenarioSchema } from './schema.ts';
import { ScenarioError } from './scenario-error.ts';
import { SourceFile } from './source-file.ts';
import { readYaml } from './yaml/reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'orrery-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const everything = fileURLToPath(new URL('../../test/fixtures/everything/scenario.yaml', import.meta.url));
const HEAD = 'apiVersion: orrery.dev/v1\nkind: Scenario\nmetadata: { name: x }\n';

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function load(text: string, options?: LoadOptions) {
  return loadScenario(write('scenario.yaml', text), options);
}

function codes(text: string): string[] {
  try {
    return load(text).warnings.map(({ code }) => code);
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems.map(({ code }) => code);
    throw error;
  }
}

function deployment(name: string, rest = '', podRest = ''): string {
  return `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 2
  selector: { matchLabels: { app: ${name} } }
${rest}  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers: [{ name: server, image: i }]
${podRest}`;
}

const configMap = (name: string, namespace?: string) =>
  `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`} }\n`;

describe('a scenario that uses every field', () => {
  const { scenario, warnings } = loadScenario(everything);

  it('is read without a word', () => {
    expect(warnings).toEqual([]);
  });

  it('names every field there is', () => {
    const [document] = readYaml(new SourceFile('everything', readFileSync(everything, 'utf8')), () => {});
    const names = fieldNamesOf(scenarioSchema);
    const unused: string[] = [];
    const walk = (paths: (string | number)[][], data: unknown[]): void => {
      const known = new Set(paths.flatMap((path) => names(path) ?? []));
      for (const name of known) {
        const inner = data.flatMap((value) =>
          typeof value === 'object' && value !== null && Object.hasOwn(value, name)
            ? [(value as Record<string, unknown>)[name]]
            : [],
        );
        if (inner.length === 0) unused.push(`${paths[0]?.join('.')}.${name}`);
        const values = inner.flat();
        const path = [...(paths[0] as (string | number)[]), name, ...(inner.some(Array.isArray) ? [0] : [])];
        if (values.some((value) => typeof value === 'object')) walk([path], values);
      }
    };
    walk([[]], [document?.data]);
    // Distributions have one name each: the rest of them is used elsewhere in the file.
    const distributions = /\.(?:constant|uniform|exponential|lognormal|weibull|pareto|empirical)$/;
    expect(unused.filter((path) => !distributions.test(path))).toEqual([]);
    for (const name of ['constant', 'uniform', 'exponential', 'lognormal', 'weibull', 'pareto', 'empirical'])
      expect(JSON.stringify(document?.data)).toContain(`"${name}":`);
  });

  it('comes out as the simulation wants it', () => {
    expect(scenario).toMatchObject({
      name: 'everything',
      question: 'Is every field read?',
      durationMicros: 600_000_000,
      horizonMicros: 600_000_000,
      seed: 'all-of-it',
    });
    const [pool] = scenario.cluster.nodes;
    expect(pool).toMatchObject({
      name: 'large',
      count: 6,
      zones: ['a', 'b', 'c'],
      taints: [{ key: 'dedicated', value: 'web', effect: 'PreferNoSchedule' }],
      capacity: { cpu: '16', pods: '50', 'example.com/gpu': '2' },
      allocatable: { cpu: '15500m', memory: '64Gi', pods: '50' },
    });
    expect(pool?.labels).toMatchObject({ disktype: 'ssd', 'kubernetes.io/os': 'linux' });
    const { parameters, scheduler } = scenario.cluster;
    expect(parameters.scheduler).toEqual({
      cycle: { kind: 'weibull', shape: 1.5, scale: 2_000 },
      cyclePerNode: 2,
      client: undefined,
    });
    expect(parameters.controllerManager).toEqual({
      sync: { kind: 'constant', value: 1_000 },
      cacheSync: { kind: 'constant', value: 150_000 },
      cacheSyncPerObject: 10,
      endpointSliceBatchPeriod: 500_000,
      nodeMonitorPeriod: 5_000_000,
      nodeMonitorGracePeriod: 50_000_000,
      nodeStartupGracePeriod: 60_000_000,
      nodeEvictionRate: 0.1,
      secondaryNodeEvictionRate: 0.01,
      largeClusterSizeThreshold: 50,
      unhealthyZoneThreshold: 0.55,
      horizontalPodAutoscalerSyncPeriod: 15_000_000,
      horizontalPodAutoscalerDownscaleStabilization: 300_000_000,
      horizontalPodAutoscalerTolerance: 0.1,
      horizontalPodAutoscalerCpuInitializationPeriod: 300_000_000,
      horizontalPodAutoscalerInitialReadinessDelay: 30_000_000,
      terminatedPodGCThreshold: 12_500,
      client: { qps: 100, burst: 200 },
    });
    expect(parameters.image.sizeBytes).toEqual({ kind: 'uniform', min: 20e6, max: 200e6 });
    expect(scheduler.configuration).toMatchObject({
      kind: 'KubeSchedulerConfiguration',
      percentageOfNodesToScore: 100,
    });
    expect(scenario.workloads).toMatchObject([
      {
        name: 'batch',
        count: 20,
        startMicros: 10_000_000,
        deleteFinished: true,
        templates: [{ weight: 2, labels: { app: 'batch' }, annotations: { 'example.com/team': 'batch' } }],
      },
      {
        name: 'recorded',
        namespace: 'jobs',
        count: 2,
        startMicros: 5_000_000,
        templates: [
          { weight: 1, annotations: {} },
          {
            weight: 1,
            annotations: {
              'alibabacloud.com/gpu-count': '1',
              'alibabacloud.com/gpu-milli': '1000',
              'alibabacloud.com/gpu-card-model': 'T4|V100',
            },
          },
        ],
        recorded: {
          arrivalMicros: [5_000_000, 7_250_000],
          template: [0, 1],
          lifetimeMicros: [20_500_000, undefined],
        },
      },
    ]);
    expect(scenario.behaviours).toMatchObject([{ container: 'server', exitCode: 3, exits: 1, pullFailures: 1 }]);
    expect(scenario.timeline).toEqual([
      {
        atMicros: 300_000_000,
        text: 'scale deployment/web --replicas=4',
        command: { verb: 'scale', kind: 'Deployment', key: 'default/web', replicas: 4 },
      },
    ]);
    expect(scenario.expectations.map(({ when }) => when)).toEqual([
      { kind: 'at', atMicros: 240_000_000 },
      { kind: 'always', fromMicros: 120_000_000 },
      { kind: 'end' },
    ]);
  });

  it('can set every parameter there is', () => {
    const names = fieldNamesOf(scenarioSchema);
    const root = ['spec', 'cluster', 'parameters'];
    expect(names(root)?.toSorted()).toEqual(Object.keys(DEFAULT_PARAMETERS).sort());
    for (const [group, members] of Object.entries(DEFAULT_PARAMETERS)) {
      if (typeof members !== 'object') continue;
      const expected = Object.keys(members as object).filter((name) => name !== 'client');
      expect(names([...root, group])?.toSorted(), group).toEqual(expected.sort());
      if ('client' in (members as object)) expect(names(['spec', 'cluster', 'clientLimits'])).toContain(group);
    }
  });
});

describe('defaults', () => {
  it('are those of the documentation', () => {
    const { scenario } = load('# Why?\n#\n# More about it.\n' + HEAD + 'spec: {}\n');
    expect(scenario).toMatchObject({
      question: 'Why?',
      durationMicros: undefined,
      horizonMicros: 3_600_000_000,
      seed: '1',
    });
    expect(scenario.cluster.parameters).toEqual(DEFAULT_PARAMETERS);
    expect(scenario.cluster.nodes).toMatchObject([{ count: 3, zones: ['a', 'b', 'c'] }]);
  });

  it('give a node 110 pods and some disk', () => {
    const { scenario } = load(HEAD + 'spec: { cluster: { nodes: [{ count: 1, capacity: { cpu: 1 } }] } }\n');
    expect(scenario.cluster.nodes[0]?.allocatable).toEqual({ cpu: '1', pods: '110', 'ephemeral-storage': '100Gi' });
  });

  it('give way to the seed of the command line', () => {
    expect(load(HEAD + 'spec: { seed: 5 }\n', { seed: '9' }).scenario.seed).toBe('9');
  });
});

describe('manifests', () => {
  it('are applied in an order in which each finds what it needs', () => {
    const { scenario } = load(
      HEAD +
        'spec: {}\n' +
        deployment('web') +
        configMap('c', 'shop') +
        '---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n',
    );
    expect(scenario.manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Namespace shop',
      'ConfigMap c',
      'Deployment web',
    ]);
  });

  it('make the namespaces that nobody declares', () => {
    const { scenario } = load(
      HEAD + 'spec: {}\n' + configMap('c', 'shop') + configMap('d', 'kube-system') + configMap('e'),
    );
    expect(scenario.manifests.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name)).toEqual([
      'shop',
    ]);
  });

  it('of the same name count once, the later one', () => {
    const twice = deployment('web') + deployment('web', '  minReadySeconds: 7\n');
    const { scenario, warnings } = load(HEAD + 'spec: {}\n' + twice);
    expect(warnings.map(({ code, related }) => [code, related?.length])).toEqual([['defined-twice', 1]]);
    expect(scenario.manifests).toHaveLength(1);
    expect((scenario.manifests[0] as Deployment).spec.minReadySeconds).toBe(7);
  });

  it('of a recorded cluster are there from the beginning', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'p',
        namespace: 'default',
        uid: 'u',
        resourceVersion: '5',
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      spec: { nodeName: 'n', containers: [{ name: 'a', image: 'b' }] },
      status: { phase: 'Running' },
    };
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n', uid: 'v', resourceVersion: '4' },
      status: { capacity: { cpu: '4' }, allocatable: { cpu: '4' } },
    };
    const path = write(
      'snapshot.json',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [pod, node, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' } }],
      }),
    );
    const { scenario } = scenarioFromManifests([path]);
    expect(scenario.initial.map(({ kind }) => kind)).toEqual(['Node', 'Pod']);
    expect((scenario.initial[1] as Pod).status.phase).toBe('Running');
    expect(scenario.manifests.map(({ kind }) => kind)).toEqual(['ConfigMap']);
    expect(scenario.cluster.nodes).toEqual([]);
  });

  it('alone are a scenario of their own', () => {
    write('my app/a.yaml', deployment('web'));
    write('my app/sub/b.yaml', configMap('c'));
    const { scenario } = loadScenario(join(folder, 'my app'));
    expect(scenario).toMatchObject({ name: 'my-app', durationMicros: undefined, horizonMicros: 3_600_000_000 });
    expect(scenario.manifests.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Deployment']);
  });

  it('pass a scenario among them over', () => {
    write('mixed/a.yaml', deployment('web'));
    write('mixed/s.yaml', HEAD + 'spec: {}\n');
    const { warnings } = loadScenario(join(folder, 'mixed'));
    expect(warnings.map(({ code }) => code)).toEqual(['scenario-among-manifests']);
  });

  it('pass over what shows no sign of being one of them', () => {
    write('chart/deployment.yaml', deployment('web'));
    write('chart/values.yaml', 'replicaCount: 2\nimage: { tag: v1 }\n---\nmore: 1\n');
    write('chart/docker-compose.yml', 'services: { web: { image: nginx } }\n');
    write('chart/patch.yaml', '- { op: remove, path: /spec/replicas }\n');
    write('chart/dashboard.json', '{ "panels": [] }');
    const { scenario, warnings } = loadScenario(join(folder, 'chart'));
    expect(scenario.manifests.map(({ kind }) => kind)).toEqual(['Deployment']);
    expect(warnings.map(({ code, source }) => [code, source.name.split('/').pop()])).toEqual(
      ['dashboard.json', 'docker-compose.yml', 'patch.yaml', 'values.yaml'].map((name) => ['not-a-manifest', name]),
    );
    write('named.yaml', HEAD + 'spec: { manifests: [./chart] }\n');
    expect(loadScenario(join(folder, 'named.yaml')).warnings).toHaveLength(4);
  });

  it('say so when there are none', () => {
    write('no-manifests/values.yaml', 'replicaCount: 2\n');
    expect(() => loadScenario(join(folder, 'no-manifests'))).toThrow(/holds no manifests/);
  });

  it.each([
    ['named by itself', 'values.yaml', 'chart/values.yaml', /Required value/],
    ['with metadata and spec, and no kind', 'a.yaml', 'forgot', /kind: Required value/],
    ['whose kind is misspelt', 'b.yaml', 'misspelt', /unknown field "knid"/],
  ])('is still wrong %s', (_, name, path, message) => {
    write('forgot/a.yaml', 'apiVersion: v1\nmetadata: { name: a }\nspec: {}\n');
    write('misspelt/b.yaml', 'knid: Pod\nname: b\n');
    expect(() => loadScenario(join(folder, path)), name).toThrow(message);
  });

  it('are told where they stand wrong, in every file at once', () => {
    write('broken/a.yaml', deployment('web').replace('replicas', 'replica'));
    write('broken/b.yaml', 'apiVersion: v1\nkind: Pod\n');
    try {
      loadScenario(join(folder, 'broken'));
      expect.unreachable();
    } catch (error) {
      const { problems } = error as ScenarioError;
      expect(problems.map(({ code, source, path }) => [code, source.name.split('/').pop(), path])).toEqual([
        ['unknown-field', 'a.yaml', 'spec.replica'],
        ['required', 'b.yaml', 'spec.containers'],
        ['required', 'b.yaml', 'metadata.name'],
      ]);
    }
  });
});

describe('the default cluster', () => {
  it('has room for everything, and no more than needed', () => {
    const amounts = fc.record({
      cpu: fc.integer({ min: 1, max: 40_000 }),
      memory: fc.integer({ min: 1, max: 200_000 }),
      replicas: fc.integer({ min: 0, max: 400 }),
      gpu: fc.integer({ min: 0, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(amounts, { minLength: 1, maxLength: 5 }), (apps) => {
        const text = apps
          .map(({ cpu, memory, replicas, gpu }, i) =>
            deployment(`app${i}`)
              .replace('replicas: 2', `replicas: ${replicas}`)
              .replace(
                'image: i',
                `image: i, resources: { limits: { cpu: ${cpu}m, memory: ${memory}Mi, example.com/gpu: ${gpu} } }`,
              ),
          )
          .join('');
        const { scenario } = load(HEAD + 'spec: {}\n' + text);
        const [pool] = scenario.cluster.nodes;
        const room = resourcesOf(pool?.allocatable ?? {});
        const nodes = pool?.count ?? 0;
        expect(nodes % 3).toBe(0);
        let cpu = 0;
        let memory = 0;
        let gpus = 0;
        let pods = 0;
        for (const object of scenario.manifests) {
          if (object.kind !== 'Deployment') continue;
          const requests = podRequests({
            spec: object.spec.template.spec,
            status: { conditions: [] },
          } as unknown as Pod);
          expect(requests.milliCpu).toBeLessThanOrEqual(room.milliCpu / 2);
          expect(requests.memoryBytes).toBeLessThanOrEqual(room.memoryBytes / 2);
          cpu += requests.milliCpu * object.spec.replicas;
          memory += requests.memoryBytes * object.spec.replicas;
          gpus += (requests.scalar.get('example.com/gpu') ?? 0) * object.spec.replicas;
          pods += object.spec.replicas;
        }
        expect(cpu).toBeLessThanOrEqual((room.milliCpu * nodes) / 2);
        expect(memory).toBeLessThanOrEqual((room.memoryBytes * nodes) / 2);
        expect(gpus).toBeLessThanOrEqual(((room.scalar.get('example.com/gpu') ?? 0) * nodes) / 2);
        expect(pods).toBeLessThanOrEqual((110 * nodes) / 2);
        // A node less in each zone would not do.
        const fewer = nodes - 3;
        const enough =
          cpu <= (room.milliCpu * fewer) / 2 && memory <= (room.memoryBytes * fewer) / 2 && pods <= (110 * fewer) / 2;
        // What has no request is counted at what scoring counts it, which these limits always exceed.
        if (fewer > 0 && cpu >= pods * 100 && memory >= pods * 200 * 1024 ** 2) expect(enough).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('has a node for each pod that wants one for itself', () => {
    const alone =
      '      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: web } } }] } }\n';
    const { scenario } = load(
      HEAD + 'spec: {}\n' + deployment('web', '', alone).replace('replicas: 2', 'replicas: 40'),
    );
    expect(scenario.cluster.nodes[0]?.count).toBe(42);
  });
});

describe('copies', () => {
  const service =
    '---\napiVersion: v1\nkind: Service\nmetadata: { name: app }\nspec: { selector: { app: app, tier: x }, ports: [{ port: 80 }] }\n';
  const { scenario } = load(
    HEAD +
      'spec: { copies: [{ of: [deployment/app, service/app], count: 3 }] }\n' +
      deployment('app').replace('{ app: app } }\n    spec', '{ app: app, tier: x } }\n    spec') +
      service,
  );

  it('have names of their own, and selectors that find their own pods', () => {
    const deployments = scenario.manifests.filter((object) => object.kind === 'Deployment');
    expect(deployments.map(({ metadata }) => metadata.name)).toEqual(['app-0', 'app-1', 'app-2']);
    for (const { metadata, spec } of deployments) {
      expect(spec.selector.matchLabels).toEqual({ app: metadata.name });
      expect(spec.template.metadata.labels).toEqual({ app: metadata.name, tier: 'x' });
    }
    const services = scenario.manifests.filter((object) => object.kind === 'Service');
    expect(services.map(({ spec }) => spec.selector)).toEqual([0, 1, 2].map((i) => ({ app: `app-${i}`, tier: 'x' })));
  });

  it('share what they have in common', () => {
    const specs = new Set(
      scenario.manifests.flatMap((object) => (object.kind === 'Deployment' ? [object.spec.template.spec] : [])),
    );
    expect(specs.size).toBe(1);
  });
});

describe('the timeline', () => {
  it('is in order of time, and equal times stay as they are written', () => {
    const spec =
      'spec:\n  timeline:\n    - { at: 5m, kubectl: scale deployment/web --replicas=1 }\n    - { at: 1m, kubectl: scale deployment/web --replicas=2 }\n    - { at: 5m, kubectl: scale deployment/web --replicas=3 }\n';
    const { scenario } = load(HEAD + spec + deployment('web'));
    expect(scenario.timeline.map(({ command }) => command.verb === 'scale' && command.replicas)).toEqual([2, 1, 3]);
  });

  it('may name what an earlier command applies, but not what a later one does', () => {
    write('late.yaml', deployment('late'));
    const spec = (apply: string, scale: string) =>
      `spec:\n  timeline:\n    - { at: ${apply}, kubectl: apply -f late.yaml -n prod }\n    - { at: ${scale}, kubectl: scale deployment/late --replicas=1 -n prod }\n`;
    const { scenario } = load(HEAD + spec('1m', '2m'));
    expect(scenario.timeline[0]?.command).toMatchObject({
      verb: 'apply',
      objects: [{ kind: 'Deployment', metadata: { name: 'late', namespace: 'prod' } }],
    });
    expect(scenario.manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(['Namespace prod']);
    expect(codes(HEAD + spec('2m', '1m'))).toEqual(['unknown-object']);
  });

  it('may delete pods whose names nobody knows yet', () => {
    expect(codes(HEAD + 'spec: { timeline: [{ at: 1m, kubectl: delete pod web-12345 }] }\n')).toEqual([]);
    expect(codes(HEAD + 'spec: { timeline: [{ at: 1m, kubectl: delete deployment web }] }\n')).toEqual([
      'unknown-object',
    ]);
  });
});

describe('an override of something that is not there', () => {
  it('is pointed at where it was written', () => {
    const places = ['foo.bar=1', 'cluster.nodes[0].count=4'].map((set) => {
      try {
        load(HEAD + 'spec: {}\n' + deployment('web'), { set: [set] });
      } catch (error) {
        return (error as ScenarioError).problems.map(({ code, source }) => [code, source.name]);
      }
      return [];
    });
    expect(places).toEqual([[['unknown-field', '--set']], [['required', '--set']]]);
  });
});

describe('warnings', () => {
  it('tell of memory whose unit was forgotten, and of thousandths of bytes', () => {
    const asks = (memory: string): string =>
      deployment('web').replace(/containers: \[\{ /, `containers: [{ resources: { requests: { memory: ${memory} } }, `);
    const nodes = (memory: string): string =>
      `spec: { cluster: { nodes: [{ count: 1, capacity: { cpu: 1, memory: ${memory} } }] } }\n`;
    const told = (text: string): unknown => load(HEAD + text).warnings.map(({ code, message }) => [code, message]);
    expect(told(nodes('16') + asks('128m'))).toEqual([
      ['few-bytes', '`16` of memory is less than a kilobyte'],
      ['few-bytes', '`128m` of memory is less than a kilobyte'],
    ]);
    expect(told(nodes('16Gi') + asks('1Ki'))).toEqual([]);
  });

  it('tell of selectors that match nothing, whatever version of an object they mean', () => {
    write('v2.yaml', deployment('web').replace('labels: { app: web }', 'labels: { app: web, version: v2 }'));
    const spec =
      'spec:\n  behaviour: [{ selector: { version: v2 }, ready: { after: 1s } }, { selector: { version: v3 }, ready: { after: 1s } }]\n  timeline: [{ at: 1m, kubectl: apply -f v2.yaml }, { at: 2m, kubectl: apply -f v1.yaml }]\n';
    write('v1.yaml', deployment('web'));
    const { warnings } = load(HEAD + spec + deployment('web'));
    expect(warnings.map(({ code, path }) => [code, path])).toEqual([['selects-nothing', 'spec.behaviour[1].selector']]);
  });

  it('tell of what happens too late', () => {
    expect(codes(HEAD + 'spec: { duration: 1m, timeline: [{ at: 2m, kubectl: delete pod a }] }\n')).toEqual([
      'too-late',
    ]);
    expect(() => load(HEAD + 'spec: { duration: 1m, expect: [{ at: 2m, that: every Pod is running }] }\n')).toThrow(
      ScenarioError,
    );
  });
});

it('a scenario that is read twice is the same twice', () => {
  expect(JSON.stringify(loadScenario(everything).scenario)).toBe(JSON.stringify(loadScenario(everything).scenario));
});
