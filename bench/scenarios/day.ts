/**
 * Prints a scenario: what does a day of a large cluster cost? Half of its workloads are Deployments, each updated once in
 * the day; the rest are StatefulSets, DaemonSets, Jobs and CronJobs; a node fails every hour for ten minutes.
 *
 *   npx tsx bench/scenarios/day.ts [NODES] > /tmp/day.yaml && npx orrery run /tmp/day.yaml
 *
 * With 5,000 nodes (the default) these are 2,000 workloads and 150,000 pods; all numbers but that of the DaemonSets, of
 * which each has a pod a node, shrink with the nodes.
 */
const HOURS = 24;
const nodes = Number(process.argv[2] ?? 5_000);
const part = (of: number) => Math.max(1, Math.round((of * nodes) / 5_000));
const deployments = part(1_000);
const DAEMON_SETS = 6;

interface Group {
  readonly kind: string;
  readonly name: string;
  readonly count: number;
  readonly spec: string;
}

const pod = (restartPolicy: string) =>
  `{ restartPolicy: ${restartPolicy}, containers: [{ name: main, image: 'registry.example/app:v1', resources: { requests: { cpu: 250m, memory: 256Mi } } }] }`;
const template = (name: string, restartPolicy = 'Always') =>
  `template: { metadata: { labels: { app: ${name}, role: the-${name} } }, spec: ${pod(restartPolicy)} }`;
const selecting = (name: string) => `selector: { matchLabels: { app: ${name} } }, ${template(name)}`;

const groups: readonly Group[] = [
  { kind: 'Deployment', name: 'web', count: deployments, spec: `{ replicas: 107, ${selecting('web')} }` },
  { kind: 'StatefulSet', name: 'db', count: part(500), spec: `{ replicas: 20, serviceName: db, ${selecting('db')} }` },
  { kind: 'DaemonSet', name: 'agent', count: DAEMON_SETS, spec: `{ ${selecting('agent')} }` },
  {
    kind: 'Job',
    name: 'batch',
    count: part(244),
    spec: `{ completions: 40, parallelism: 12, ${template('batch', 'Never')} }`,
  },
  {
    kind: 'CronJob',
    name: 'nightly',
    count: part(250),
    spec: `{ schedule: '*/30 * * * *', jobTemplate: { spec: { ${template('nightly', 'Never')} } } }`,
  },
];

const apiVersion = (kind: string) => (/Job$/.test(kind) ? 'batch/v1' : 'apps/v1');
/** The updates fill the day between its first and its last hour. */
const updates = Array.from({ length: deployments }, (_, index) => {
  const second = 3_600 + Math.floor((index * (HOURS - 2) * 3_600) / deployments);
  return `    - { at: ${second}s, kubectl: set image deployment/web-${index} main=registry.example/app:v2 }`;
});
const failures = Array.from({ length: HOURS - 1 }, (_, index) => {
  const node = (index * 997) % nodes;
  return `    - { at: ${index + 1}h, fault: { kind: NodeCrash, node: node-${node}, duration: 10m } }`;
});

process.stdout.write(`# What does a day of a large cluster cost?
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: day }
spec:
  duration: ${HOURS}h
  seed: 1
  cluster:
    nodes:
      - { count: ${nodes}, zones: [a, b, c], capacity: { cpu: 32, memory: 128Gi, pods: 110 } }
    clientLimits:
      controllerManager: { qps: 1000, burst: 2000 }
      scheduler: { qps: 1000, burst: 2000 }
  behaviour:
    - { selector: { role: the-batch }, exit: { after: { uniform: { min: 10m, max: 50m } }, code: 0 } }
    - { selector: { role: the-nightly }, exit: { after: 2m, code: 0 } }
  copies:
${groups.map(({ kind, name, count }) => `    - { of: [${kind.toLowerCase()}/${name}], count: ${count} }`).join('\n')}
  timeline:
${[...updates, ...failures].join('\n')}
  expect:
    - { end: every Deployment is available }
${groups.map(({ kind, name, spec }) => `---\napiVersion: ${apiVersion(kind)}\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: ${spec}`).join('\n')}
`);
