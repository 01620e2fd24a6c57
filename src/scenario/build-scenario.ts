import type { ApiObject } from '../sim/api/kinds.ts';
import { fieldPath } from '../sim/api/problem.ts';
import type { PodSpec } from '../sim/api/pod.ts';
import type { NodePool } from '../sim/scenario/cluster.ts';
import type { Scenario } from '../sim/scenario/scenario.ts';
import type { WorkloadSpec } from '../sim/scenario/workload.ts';
import { autoscalersOf } from './autoscaler.ts';
import { arrivals } from './arrivals.ts';
import { reportInconsistencies } from './recorded/inconsistencies.ts';
import { completeRecording } from './recorded/complete-recording.ts';
import { recordedWorkload } from './recorded-workload.ts';
import { behaviourOf } from './behaviours.ts';
import { withCopies } from './copies.ts';
import { cloudOf, readResizes } from './cloud.ts';
import { etcdOf } from './etcd.ts';
import { checkSize, MOST_NODES } from './cluster-size.ts';
import { controllerList } from './controller-list.ts';
import type { CustomResources } from './custom-resources.ts';
import { defaultCluster } from './default-cluster.ts';
import { defaultStorage } from './default-storage.ts';
import type { Path, SourceDocument } from './document.ts';
import type { Findings } from './findings.ts';
import type { LoadOptions } from './load-scenario.ts';
import { inOrderOfApplication, undeclaredNamespaces, withoutTwins, type Manifest } from './manifests.ts';
import { metricSeriesOf } from './metric-series.ts';
import { mergeParameters } from './parameters.ts';
import { nodePool } from './node-pools.ts';
import type { IssueDetails } from './fields.ts';
import type { Severity } from './problem.ts';
import { Inventory } from './inventory.ts';
import { readFaults } from './faults.ts';
import { placesOf } from './places.ts';
import { readExpectations } from './expectations.ts';
import { readTimeline } from './timeline.ts';
import { schedulerOf } from './scheduler.ts';
import { isPolicyFile } from './scheduler-policy.ts';
import { warnOfFewBytes } from './few-bytes.ts';
import { warnOfIdleSelectors } from './idle-selectors.ts';
import type { ScenarioDocument } from './schema.ts';

export interface Ingredients {
  readonly document: SourceDocument;
  readonly written: ScenarioDocument;
  readonly question: string;
  readonly manifests: readonly Manifest[];
  readonly customResources: CustomResources;
  /** What paths in the scenario are relative to. */
  readonly folder: string;
  readonly findings: Findings;
  readonly options: LoadOptions;
}

/** Says that something about the member at `path` is wrong or odd. */
export type Remark = (
  path: Path,
  remark: IssueDetails & { readonly message: string; readonly severity?: Severity },
) => void;

/** Puts a valid document and its manifests together, looks every reference up, and fills in what was left out. */
export function buildScenario(ingredients: Ingredients): Scenario {
  const { document, written, question, folder, findings, options } = ingredients;
  const { spec } = written;
  const remark: Remark = (path, { code, message, help, severity = 'error' }) => {
    const place = document.locate(path);
    findings.report({ code, severity, message, help, source: place.source, span: place.span, path: fieldPath(path) });
  };

  const distinct = withoutTwins(ingredients.manifests, findings.report);
  const recorded = distinct.filter((manifest) => manifest.recorded);
  const initial = completeRecording(recorded.map(({ object }) => object));
  const applied = withCopies(
    distinct.filter(({ recorded }) => !recorded).map(({ object }) => object),
    spec.copies,
    remark,
  );
  const workloads = [
    ...spec.workload.map((each, index) => arrivals(each, index, document, findings)),
    ...spec.traces.map((each, index) => recordedWorkload(each, index, folder, remark)),
  ];
  const inventory = new Inventory([...initial, ...applied], ingredients.customResources, hasOwnControllers(written));
  const endMicros = spec.duration ?? spec.horizon;
  if (spec.warmUp !== undefined && spec.warmUp >= endMicros) {
    remark(['spec', 'warmUp'], {
      code: 'out-of-range',
      message: 'the warm-up is as long as the run: nothing would count',
    });
  }
  const timeline = readTimeline(spec.timeline, folder, inventory, endMicros, findings, remark);
  const expectations = readExpectations(spec.expect, inventory, endMicros, remark);
  const behaviours = spec.behaviour.map(behaviourOf);
  const metrics = metricSeriesOf(spec.metrics, inventory.objects(), remark);
  const namespaces = [...spec.workload, ...spec.traces].map(({ namespace }) => namespace);
  const implied = undeclaredNamespaces([...initial, ...inventory.objects()], namespaces);

  const ready = workloads.filter((each): each is WorkloadSpec => each !== undefined);
  checkSize(applied, ready, remark);
  const { cluster } = written.spec;
  const scheduler = schedulerOf(cluster.scheduler ?? {}, ['spec', 'cluster', 'scheduler'], ingredients, remark);
  const furtherSchedulers = (cluster.furtherSchedulers ?? []).map((one, i) =>
    schedulerOf(one, ['spec', 'cluster', 'furtherSchedulers', i], ingredients, remark),
  );
  const controllers = controllerList(cluster.controllers, folder, options, ingredients.customResources, remark);
  const pools = nodePools(ingredients, [...initial, ...applied], ready, remark);
  const cloud = cloudOf(cluster.cloud, pools, remark);
  const autoscalers = autoscalersOf(cluster.autoscaler, cloud, spec.simulateEverything, remark);
  const etcd = cluster.controlPlane?.etcd && etcdOf(cluster.controlPlane.etcd);
  const { apiServers, healthCheck, controllerManagers, schedulers } = spec.cluster.controlPlane ?? {};
  const control = {
    etcdMembers: etcd?.members ?? 1,
    apiServers: apiServers ?? 1,
    controllerManagers: controllerManagers ?? 1,
    schedulers: schedulers ?? 1,
    workloads: [...spec.workload, ...spec.traces].map(({ name }) => name),
  };
  const faults = readFaults(spec.timeline, pools, [...initial, ...applied], control, cloud, endMicros, remark);
  reportInconsistencies(recorded, placesOf(pools, cloud, initial).hasNode, findings.report);
  const resizes = readResizes(spec.timeline, cloud, endMicros, remark);
  findings.stopIfFailed();
  warnOfFewBytes(ingredients.manifests, written, findings.report, remark);
  warnOfIdleSelectors(ingredients.manifests, behaviours, ready, inventory, findings.report, remark);

  return {
    name: written.metadata.name,
    question: oneLine(spec.question ?? question),
    durationMicros: spec.duration,
    warmUpMicros: spec.warmUp,
    horizonMicros: endMicros,
    seed: options.seed ?? spec.seed,
    cluster: {
      nodes: pools,
      parameters: mergeParameters(spec.cluster.parameters, spec.cluster.clientLimits),
      scheduler,
      furtherSchedulers,
      ...(controllers === undefined ? {} : { controllers }),
      etcd,
      apiServers,
      healthCheck,
      controllerManagers,
      schedulers,
      ...(cloud === undefined ? {} : { cloud }),
      ...(autoscalers.length === 0 ? {} : { autoscalers }),
    },
    manifests: inOrderOfApplication([...implied, ...applied]),
    initial: inOrderOfApplication([...defaultStorage([...initial, ...inventory.objects()]), ...initial]),
    workloads: ready,
    behaviours,
    ...(metrics.length === 0 ? {} : { metrics }),
    ...(ingredients.customResources.size === 0 ? {} : { customResources: [...ingredients.customResources.values()] }),
    timeline,
    faults,
    etcdctl: spec.timeline.flatMap(({ at, etcdctl }) =>
      etcdctl === undefined ? [] : [{ atMicros: at, command: etcdctl }],
    ),
    ...(resizes.length === 0 ? {} : { resizes }),
    expectations,
    simulateEverything: spec.simulateEverything,
  };
}

function hasOwnControllers({ spec }: ScenarioDocument): boolean {
  return (spec.cluster.controllers ?? []).some(isPolicyFile);
}

/** The first paragraph, on one line. */
function oneLine(text: string): string {
  const [paragraph = ''] = text.trim().split(/\n[ \t]*\n/);
  return paragraph.replace(/\s+/g, ' ');
}

function nodePools(
  { written, findings, document }: Ingredients,
  objects: readonly ApiObject[],
  workloads: readonly WorkloadSpec[],
  remark: Remark,
): NodePool[] {
  const pools = written.spec.cluster.nodes;
  if (pools === undefined) {
    if (objects.some(({ kind }) => kind === 'Node') || written.spec.cluster.cloud !== undefined) return [];
    return [defaultCluster(objects, workloads.flatMap(podsOfWorkload))];
  }
  const total = pools.reduce((sum, { count }) => sum + count, 0);
  if (total > MOST_NODES)
    remark(['spec', 'cluster', 'nodes'], {
      code: 'too-many-nodes',
      message: `the pools have ${total} nodes; at most ${MOST_NODES} are simulated`,
    });
  const names = new Map<string, number>();
  for (const [index, { name }] of pools.entries()) {
    const first = names.get(name);
    if (first === undefined) names.set(name, index);
    else {
      const place = document.locate(['spec', 'cluster', 'nodes', index, 'name']);
      const before = document.locate(['spec', 'cluster', 'nodes', first, 'name']);
      findings.report({
        code: 'name-taken',
        severity: 'error',
        message: `two pools of nodes are called \`${name}\``,
        source: place.source,
        span: place.span,
        help: 'give each pool a `name` of its own',
        related: [{ source: before.source, span: before.span, label: 'the first' }],
      });
    }
  }
  return pools.map(nodePool);
}

/** All templates in their full number: too much room is better than too little. */
function podsOfWorkload(workload: WorkloadSpec): { spec: PodSpec; count: number }[] {
  const total = workload.templates.reduce((sum, { weight }) => sum + weight, 0);
  return workload.templates.map(({ spec, weight }) => ({ spec, count: Math.ceil((workload.count * weight) / total) }));
}
