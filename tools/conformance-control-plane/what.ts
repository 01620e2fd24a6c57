import { COMPLETION_INDEX } from './ordinals.ts';

/** The plain JSON of an object, as `kubectl get -o json` has it. */
export type Json = { readonly [member: string]: unknown };
export type What = Record<string, unknown>;

/** What a field may need besides the object itself. */
export interface Reading {
  /** Whole seconds after t=0 of a text time. */
  seconds(time: unknown): number;
  /** Milliseconds after t=0 of a text time. */
  millis(time: unknown): number;
  /** A text without names of chance. */
  text(text: string): string;
  name(name: string): string;
  owner(reference: unknown): string;
  readonly family: string;
}

type Writer = (object: Json, what: What, reading: Reading) => void;

/** By kind: what the recordings show of it. A kind without a row is not in the recordings. */
export const WHAT: Readonly<Record<string, Writer>> = {
  ConfigMap: () => undefined,
  ControllerRevision: (object, what) => put(what, 'revision', object['revision']),
  CronJob: (object, what, reading) => {
    const spec = at(object, 'spec');
    what['spec.suspend'] = spec['suspend'] ?? false;
    put(what, 'spec.schedule', spec['schedule']);
    const status = at(object, 'status');
    const active = list(status['active']).map((one) => reading.name(String(one['name'])));
    if (active.length > 0) what['status.active'] = active;
    putSeconds(what, status, reading, 'lastScheduleTime', 'lastSuccessfulTime');
  },
  DaemonSet: (object, what) => {
    generation(object, what);
    image(at(object, 'spec', 'template'), what);
    putAll(what, 'status.', at(object, 'status'), [
      'desiredNumberScheduled',
      'currentNumberScheduled',
      'numberMisscheduled',
      'numberReady',
      'numberUnavailable',
      'updatedNumberScheduled',
      'observedGeneration',
      'numberAvailable',
    ]);
  },
  Deployment: (object, what, reading) => {
    generation(object, what);
    const spec = at(object, 'spec');
    put(what, 'spec.replicas', spec['replicas']);
    put(what, 'paused', spec['paused'] === true ? true : undefined);
    image(at(spec, 'template'), what);
    put(what, 'revision', annotation(object, 'deployment.kubernetes.io/revision'));
    replicaStatus(object, what);
    conditions(object, what, reading);
  },
  EndpointSlice: (object, what, reading) => {
    generation(object, what);
    put(what, 'service', at(object, 'metadata', 'labels')['kubernetes.io/service-name']);
    const endpoints = list(object['endpoints']);
    what['count'] = endpoints.length;
    const ports = list(object['ports']).map((port) => port['port']);
    if (ports.length > 0) what['ports'] = ports;
    for (const endpoint of endpoints) {
      const { ready, serving, terminating } = at(endpoint, 'conditions');
      const flags = (ready === true ? 'r' : '-') + (serving === true ? 's' : '-') + (terminating === true ? 't' : '-');
      what[`ep.${reading.name(String(at(endpoint, 'targetRef')['name']))}`] = flags;
    }
  },
  HorizontalPodAutoscaler: (object, what, reading) => {
    const status = at(object, 'status');
    putAll(what, 'status.', status, ['desiredReplicas', 'currentReplicas']);
    putSeconds(what, status, reading, 'lastScaleTime');
    for (const metric of list(status['currentMetrics'])) {
      const source = Object.values(metric).find((value) => typeof value === 'object') as Json | undefined;
      if (source === undefined) continue;
      const current = at(source, 'current');
      const name = source['name'] ?? at(source, 'metric')['name'];
      put(what, `status.metric.${name}`, current['averageUtilization'] ?? current['value'] ?? current['averageValue']);
      put(what, `status.metricAverage.${name}`, current['averageValue']);
    }
    conditions(object, what, reading);
  },
  Job: (object, what, reading) => {
    const spec = at(object, 'spec');
    putAll(what, 'spec.', spec, ['parallelism', 'completions']);
    what['spec.suspend'] = spec['suspend'] ?? false;
    const scheduled = annotation(object, 'batch.kubernetes.io/cronjob-scheduled-timestamp');
    if (scheduled !== undefined) what['scheduledFor'] = reading.seconds(scheduled);
    const status = at(object, 'status');
    putAll(what, 'status.', status, ['active', 'ready', 'terminating', 'failed', 'succeeded', 'completedIndexes']);
    // That there are none yet is not in the recordings.
    put(what, 'status.failedIndexes', status['failedIndexes'] === '' ? undefined : status['failedIndexes']);
    putSeconds(what, status, reading, 'startTime', 'completionTime');
    for (const [word, uids] of Object.entries(at(status, 'uncountedTerminatedPods'))) {
      const n = (uids as readonly unknown[]).length;
      if (n > 0) what[`status.uncounted.${word}`] = n;
    }
    conditions(object, what, reading);
  },
  Lease: (object, what, reading) => {
    const spec = at(object, 'spec');
    const isOfNode = at(object, 'metadata')['namespace'] === 'kube-node-lease';
    what['renew'] = reading.millis(spec['renewTime']);
    if (isOfNode) return;
    put(what, 'holder', spec['holderIdentity']);
    what['acquire'] = reading.millis(spec['acquireTime']);
    what['transitions'] = spec['leaseTransitions'] ?? 0;
    put(what, 'durationSeconds', spec['leaseDurationSeconds']);
  },
  Namespace: (object, what, reading) => {
    put(what, 'phase', at(object, 'status')['phase']);
    const finalizers = at(object, 'spec')['finalizers'];
    if (Array.isArray(finalizers) && finalizers.length > 0) what['specFinalizers'] = finalizers;
    conditions(object, what, reading);
  },
  Node: (object, what, reading) => {
    const spec = at(object, 'spec');
    const taints = list(spec['taints']).map(
      (taint) => `${String(taint['key'])}=${String(taint['value'] ?? '')}:${String(taint['effect'])}`,
    );
    if (taints.length > 0) what['taints'] = taints.sort();
    for (const condition of list(at(object, 'status')['conditions'])) {
      const { type, status, reason } = condition;
      // A pressure that is not there is not shown.
      if (type === 'Ready' || status !== 'False') what[`cond.${String(type)}`] = `${String(status)}/${String(reason)}`;
    }
    const labels = Object.entries(at(object, 'metadata', 'labels')).filter(([key]) => !key.includes('kubernetes.io/'));
    if (labels.length > 0 && reading.family === 'daemonset') what['labels'] = Object.fromEntries(labels);
    put(what, 'unschedulable', spec['unschedulable'] === true ? true : undefined);
  },
  Pod: (object, what, reading) => {
    const { spec, status, metadata } = {
      spec: at(object, 'spec'),
      status: at(object, 'status'),
      metadata: at(object, 'metadata'),
    };
    const labels = at(metadata, 'labels');
    const shown = Object.entries(labels).filter(([key]) => !POD_LABELS_OF_CONTROLLERS.has(key));
    if (shown.length > 0) what['labels'] = Object.fromEntries(shown);
    image(object, what);
    const revision = labels['controller-revision-hash'];
    if (revision !== undefined) putRevision(what, String(revision), metadata, reading);
    put(what, 'phase', status['phase']);
    put(what, 'node', spec['nodeName']);
    put(what, 'reason', status['reason']);
    put(what, 'nominated', status['nominatedNodeName']);
    put(what, 'hasIP', status['podIP'] === undefined ? undefined : true);
    put(what, 'index', annotation(object, COMPLETION_INDEX));
    put(what, 'indexFailures', annotation(object, 'batch.kubernetes.io/job-index-failure-count'));
    put(what, 'cost', annotation(object, 'controller.kubernetes.io/pod-deletion-cost'));
    put(what, 'priority', spec['priority'] === 0 ? undefined : spec['priority']);
    const gates = list(spec['schedulingGates']).map((gate) => gate['name']);
    if (gates.length > 0) what['gates'] = gates;
    conditions(object, what, reading, POD_CONDITIONS);
    const [first] = list(status['containerStatuses']);
    if (first !== undefined) what['container'] = containerState(at(first, 'state'));
    const restarts = list(status['containerStatuses']).reduce((n, one) => n + Number(one['restartCount'] ?? 0), 0);
    if (restarts > 0) what['restarts'] = restarts;
    if (reading.family === 'replica-ranking') {
      what['createdSecond'] = reading.seconds(metadata['creationTimestamp']);
      const ready = list(status['conditions']).find((condition) => condition['type'] === 'Ready');
      if (ready !== undefined) what['readyChangedSecond'] = reading.seconds(ready['lastTransitionTime']);
    }
  },
  PodDisruptionBudget: (object, what) => {
    generation(object, what);
    const status = at(object, 'status');
    putAll(what, 'status.', status, [
      'disruptionsAllowed',
      'currentHealthy',
      'desiredHealthy',
      'expectedPods',
      'observedGeneration',
    ]);
  },
  ReplicaSet: (object, what, reading) => {
    generation(object, what);
    const spec = at(object, 'spec');
    putAll(what, 'spec.', spec, ['replicas']);
    put(what, 'minReadySeconds', spec['minReadySeconds'] === 0 ? undefined : spec['minReadySeconds']);
    put(what, 'revision', annotation(object, 'deployment.kubernetes.io/revision'));
    put(what, 'desired', annotation(object, 'deployment.kubernetes.io/desired-replicas'));
    put(what, 'max', annotation(object, 'deployment.kubernetes.io/max-replicas'));
    put(what, 'revisionHistory', annotation(object, 'deployment.kubernetes.io/revision-history'));
    replicaStatus(object, what);
    conditions(object, what, reading);
  },
  ReplicationController: (object, what, reading) => {
    generation(object, what);
    putAll(what, 'spec.', at(object, 'spec'), ['replicas']);
    replicaStatus(object, what);
    conditions(object, what, reading);
  },
  ResourceQuota: (object, what) => {
    const hard = at(object, 'status')['hard'];
    put(what, 'hard', hard);
    const used = at(object, 'status')['used'];
    put(what, 'used', used);
  },
  Service: (object, what) => {
    const { selector, clusterIP } = at(object, 'spec');
    put(what, 'selector', selector);
    put(what, 'clusterIPNone', clusterIP === 'None' ? true : undefined);
  },
  StatefulSet: (object, what, reading) => {
    generation(object, what);
    const spec = at(object, 'spec');
    put(what, 'spec.replicas', spec['replicas']);
    put(what, 'updateStrategy', spec['updateStrategy']);
    image(at(spec, 'template'), what);
    const status = at(object, 'status');
    replicaStatus(object, what);
    putAll(what, 'status.', status, ['collisionCount', 'currentReplicas']);
    for (const field of ['currentRevision', 'updateRevision']) {
      if (status[field] !== undefined) what[`status.${field}`] = reading.name(String(status[field]));
    }
  },
};

/** Fields of PodDisruptionBudgets that name pods are written apart: they need the names. */
function disruptedPods(object: Json, what: What, reading: Reading): void {
  const pods = Object.keys(at(object, 'status', 'disruptedPods')).map((name) => reading.name(name));
  if (pods.length > 0) what['status.disruptedPods'] = pods.sort();
  conditions(object, what, reading);
}

/** Everything the recordings show of an object, `undefined` when its kind is not among them. */
export function whatOf(object: Json, reading: Reading): What | undefined {
  const kind = String(object['kind']);
  const write = WHAT[kind];
  if (write === undefined) return undefined;
  const what: What = {};
  const metadata = at(object, 'metadata');
  const owners = kind === 'EndpointSlice' || kind === 'ControllerRevision' ? [] : list(metadata['ownerReferences']);
  if (owners.length > 0) what['owners'] = owners.map((owner) => reading.owner(owner));
  if (list(metadata['finalizers']).length > 0) what['finalizers'] = metadata['finalizers'];
  write(object, what, reading);
  if (kind === 'PodDisruptionBudget') disruptedPods(object, what, reading);
  if (metadata['deletionTimestamp'] !== undefined) {
    what['deletionTimestamp'] = reading.seconds(metadata['deletionTimestamp']);
    put(what, 'deletionGrace', kind === 'Namespace' ? undefined : (metadata['deletionGracePeriodSeconds'] ?? 0));
  }
  return what;
}

const POD_CONDITIONS: ReadonlySet<string> = new Set(['PodScheduled', 'Ready', 'DisruptionTarget']);
const POD_LABELS_OF_CONTROLLERS: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'job-name',
  'controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/controller-uid',
]);

function at(object: unknown, ...path: readonly string[]): Json {
  let value: unknown = object;
  for (const member of path) value = (value as Json | undefined)?.[member];
  return (value ?? {}) as Json;
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function put(what: What, key: string, value: unknown): void {
  if (value !== undefined) what[key] = value;
}

function putAll(what: What, prefix: string, from: Json, members: readonly string[]): void {
  for (const member of members) put(what, prefix + member, from[member]);
}

function putSeconds(what: What, status: Json, reading: Reading, ...members: readonly string[]): void {
  for (const member of members) {
    if (status[member] !== undefined) what[`status.${member}`] = reading.seconds(status[member]);
  }
}

function annotation(object: Json, key: string): unknown {
  return at(object, 'metadata', 'annotations')[key];
}

function generation(object: Json, what: What): void {
  put(what, 'generation', at(object, 'metadata')['generation']);
}

/** The first container's image, without its registry; of a pod only where it is the only one. */
function image(templateOrPod: Json, what: What): void {
  const containers = list(at(templateOrPod, 'spec')['containers']);
  const isPod = templateOrPod['kind'] === 'Pod';
  const name = isPod && containers.length > 1 ? undefined : containers[0]?.['image'];
  put(what, 'image', typeof name === 'string' ? name.replace(/^[^/]*[.:][^/]*\//, '') : undefined);
}

function replicaStatus(object: Json, what: What): void {
  putAll(what, 'status.', at(object, 'status'), [
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'terminatingReplicas',
    'fullyLabeledReplicas',
    'observedGeneration',
  ]);
}

function conditions(object: Json, what: What, reading: Reading, only?: ReadonlySet<string>): void {
  for (const condition of list(at(object, 'status')['conditions'])) {
    const type = String(condition['type']);
    if (only !== undefined && !only.has(type)) continue;
    const { status, reason, message } = condition;
    let text = String(status);
    if (reason !== undefined && reason !== '') text += `/${String(reason)}`;
    if (message !== undefined && message !== '') text += `: ${reading.text(String(message))}`;
    what[`cond.${type}`] = text;
  }
}

function containerState(state: Json): string {
  const { waiting, running, terminated } = state as Readonly<Record<string, Json | undefined>>;
  if (terminated !== undefined) return `terminated/${String(terminated['exitCode'] ?? 0)}`;
  if (running !== undefined) return 'running';
  return `waiting/${String(waiting?.['reason'] ?? '')}`;
}

/** A pod's revision is the hash alone for a DaemonSet, the whole name for a StatefulSet. */
function putRevision(what: What, hash: string, metadata: Json, reading: Reading): void {
  const owner = list(metadata['ownerReferences']).find((one) => one['controller'] === true);
  const whole = reading.name(`${String(owner?.['name'])}-${hash}`);
  what['revision'] = whole.includes('<rev') ? whole : reading.name(hash);
}
