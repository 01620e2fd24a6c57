import { podRequestsOfRecorded, type RecordedRoom } from './simkube-room.ts';
import type { RecordedObject, SimKubeTrace } from './simkube.ts';

/** A file of the scenario that a trace becomes, relative to the scenario's folder. */
export interface ScenarioFile {
  readonly path: string;
  readonly text: string;
}

const SECONDS_PER_MINUTE = 60;
/** What the last event does is given so long to come to rest. */
const REST_SECONDS = 120;

/**
 * A trace of SimKube as a scenario: its events become kubectl commands on the timeline, at the seconds at which they were
 * recorded. Where a CronJob is among the objects, the beginning is moved to the last full minute before it, since the
 * simulation begins at one. The cluster has room for all that is there at once.
 */
export function simKubeScenario(name: string, { events, podSeconds }: SimKubeTrace): readonly ScenarioFile[] {
  const first = events[0]?.ts ?? 0;
  const byClock = events.some(({ applied }) => applied.some(({ kind }) => kind === 'CronJob'));
  const start = byClock ? first - (first % SECONDS_PER_MINUTE) : first;
  const files: ScenarioFile[] = [];
  const timeline: string[] = [];
  const room = largestRoom(events);
  for (const [index, { ts, applied, deleted }] of events.entries()) {
    const at = `${ts - start}s`;
    if (applied.length > 0) {
      const path = `events/${String(index).padStart(4, '0')}.yaml`;
      files.push({ path, text: applied.map((object) => JSON.stringify(object)).join('\n---\n') + '\n' });
      timeline.push(`    - { at: ${at}, kubectl: apply -f ${path} }`);
    }
    for (const { kind, metadata } of deleted) {
      const namespace = metadata.namespace === undefined ? '' : ` -n ${metadata.namespace}`;
      timeline.push(`    - { at: ${at}, kubectl: delete ${kind.toLowerCase()} ${metadata.name}${namespace} }`);
    }
  }
  const last = (events.at(-1)?.ts ?? start) - start;
  const lines = [
    `# How does a cluster follow what was recorded in ${name}?`,
    'apiVersion: orrery.dev/v1',
    'kind: Scenario',
    `metadata: { name: ${JSON.stringify(name)} }`,
    'spec:',
    `  duration: ${last + REST_SECONDS}s`,
    '  cluster:',
    `    nodes: [{ count: ${nodesFor(room)}, capacity: { cpu: 64, memory: 256Gi, pods: 110 } }]`,
    ...namespaces(
      events.flatMap(({ applied }) => applied),
      files,
    ),
    ...(podSeconds.length === 0
      ? []
      : [
          '  behaviour:',
          '    - selector: { matchExpressions: [{ key: job-name, operator: Exists }] }',
          `      exit: { after: { empirical: [${podSeconds.map((seconds) => `${seconds}s`).join(', ')}] } }`,
        ]),
    ...(timeline.length === 0 ? [] : ['  timeline:', ...timeline]),
  ];
  return [{ path: 'scenario.yaml', text: lines.join('\n') + '\n' }, ...files];
}

/** Namespaces are no part of a trace; kubectl needs them. */
function namespaces(objects: readonly RecordedObject[], files: ScenarioFile[]): string[] {
  const names = new Set(objects.map(({ metadata }) => metadata.namespace ?? 'default'));
  names.delete('default');
  if (names.size === 0) return [];
  const text = [...names]
    .sort()
    .map((name) => JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  files.push({ path: 'namespaces.yaml', text: text.join('\n---\n') + '\n' });
  return ['  manifests: [namespaces.yaml]'];
}

/** The most that all objects ask for at any time. */
function largestRoom(events: SimKubeTrace['events']): RecordedRoom {
  const now = new Map<string, RecordedRoom>();
  const most = { pods: 0, milliCpu: 0, memoryBytes: 0 };
  for (const { applied, deleted } of events) {
    for (const object of applied) now.set(keyOf(object), podRequestsOfRecorded(object));
    for (const object of deleted) now.delete(keyOf(object));
    const sum = { pods: 0, milliCpu: 0, memoryBytes: 0 };
    for (const room of now.values()) {
      sum.pods += room.pods;
      sum.milliCpu += room.milliCpu;
      sum.memoryBytes += room.memoryBytes;
    }
    most.pods = Math.max(most.pods, sum.pods);
    most.milliCpu = Math.max(most.milliCpu, sum.milliCpu);
    most.memoryBytes = Math.max(most.memoryBytes, sum.memoryBytes);
  }
  return most;
}

function keyOf({ kind, metadata }: RecordedObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Twice the room, for surges and what does not fit exactly. */
function nodesFor({ pods, milliCpu, memoryBytes }: RecordedRoom): number {
  const gib = memoryBytes / (1024 * 1024 * 1024);
  return 1 + Math.ceil(2 * Math.max(pods / 110, milliCpu / 64_000, gib / 256));
}
