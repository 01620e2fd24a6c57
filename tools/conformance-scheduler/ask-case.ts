import { isRejection, Code, type Status } from '../../src/sim/policy-api/status.ts';
import type { CycleState, FilterPlugin, PodInfo } from '../../src/sim/policy-api/scheduling.ts';
import { keyOf } from '../../src/sim/api/kinds.ts';
import type { Pod } from '../../src/sim/api/pod.ts';
import { CycleScratch } from '../../src/policies/scheduling/framework/cycle-state.ts';
import { Diagnosis, statusMessage } from '../../src/policies/scheduling/framework/fit-error.ts';
import type { Framework, PluginScores } from '../../src/policies/scheduling/framework/framework.ts';
import type { NodeState } from '../../src/policies/scheduling/framework/node-info.ts';
import { podInfoOf, type PodFacts } from '../../src/policies/scheduling/framework/pod-info.ts';
import {
  explainFailure,
  schedulePod,
  type FitFailure,
  type PlacementResult,
} from '../../src/policies/scheduling/framework/schedule-pod.ts';
import { selectHost } from '../../src/policies/scheduling/framework/select-host.ts';
import { bestCandidates } from '../../src/policies/scheduling/preemption/choose-candidate.ts';
import { ineligibleBecause } from '../../src/policies/scheduling/preemption/eligibility.ts';
import { DefaultPreemption } from '../../src/policies/scheduling/plugins/default-preemption.ts';
import type { Case } from './cases.ts';
import { RecordedCluster, type PluginForm } from './cluster.ts';

type Json = Record<string, unknown>;

const CODE_NAMES = new Map<Code, string>(Object.entries(Code).map(([name, code]) => [code, name]));

function codeOf(status: Status | undefined): string {
  return CODE_NAMES.get(status?.code ?? Code.Success) ?? 'Unknown';
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}

/** What the simulator decides about a case, in the members and the order of a recording's `expect`. */
export function answerCase(recorded: Case, form: PluginForm): Json {
  const cluster = new RecordedCluster(recorded, form);
  cluster.objects.of('Pod').put(recorded.pod);
  cluster.policy.cache.refresh();
  const framework = cluster.frameworkOf(recorded.pod);
  const pod = podInfoOf(recorded.pod);
  const answer: Json = {};
  const nodeNames = describeFilters(cluster, framework, pod, answer);
  describeDecision(cluster, framework, pod, nodeNames, answer);
  cluster.policy.cursor.nextStartNodeIndex = recorded.nextStartNodeIndex;
  decideOnceMore(cluster, recorded.pod, answer);
  return answer;
}

/**
 * What precedes takes a cycle to pieces. Here the scheduler decides as it does in a simulation, and what it says replaces
 * what was put together: the two must agree.
 */
function decideOnceMore({ policy }: RecordedCluster, pod: Pod, answer: Json): void {
  const decision = policy.decide(pod);
  const sampled = answer['sampled'] as Json | undefined;
  if (decision.kind === 'error') {
    answer['error'] = decision.message;
    return;
  }
  if (sampled !== undefined) {
    sampled['evaluated'] = decision.evaluated;
    sampled['nextStartNodeIndex'] = policy.cursor.nextStartNodeIndex;
  }
  if (decision.kind === 'node') {
    if (sampled?.['unordered'] !== true) answer['winner'] = decision.nodeName;
    return;
  }
  answer['winner'] = null;
  const failure = (answer['failure'] ??= {}) as Json;
  failure['message'] = decision.message;
  failure['unschedulablePlugins'] = sorted(decision.unschedulablePlugins);
  const preemption = answer['preemption'] as Json | undefined;
  if (preemption === undefined) return;
  preemption['nominatingMode'] = decision.nominatedNodeName === undefined ? 'none' : 'override';
  if (decision.victims.length > 0) preemption['victims'] = decision.victims.map(keyOf);
  if ((decision.nominatedNodeName ?? '') !== '') preemption['nominatedNode'] = decision.nominatedNodeName;
}

/** Every filter on every node, beside the sampled search. Returns the restriction by PreFilter plugins, if any. */
function describeFilters(
  cluster: RecordedCluster,
  framework: Framework,
  pod: PodFacts,
  answer: Json,
): ReadonlySet<string> | undefined {
  const nodes = cluster.policy.cache.snapshot.nodes;
  answer['nodeOrder'] = nodes.map((node) => node.name);
  const state = new CycleScratch();
  const { status, nodeNames } = framework.runPreFilter(state, pod);
  const preFilter: Json = { status: codeOf(status) };
  if (status?.plugin !== undefined) preFilter['plugin'] = status.plugin;
  if (status !== undefined && status.reasons.length > 0) preFilter['reasons'] = status.reasons;
  preFilter['nodeNames'] = nodeNames === undefined ? null : sorted(nodeNames);
  if (state.skipFilter.size > 0) preFilter['skip'] = sorted(state.skipFilter);
  answer['preFilter'] = preFilter;
  if (status !== undefined) return nodeNames;
  const filter: Json = {};
  const rejectedBy = rejectionsByColumns(cluster, framework, pod);
  for (const node of nodes) {
    const verdict =
      rejectedBy === undefined
        ? framework.runFilterWithNominated(state, pod, node)
        : explained(state, pod, node, rejectedBy(node));
    filter[node.name] =
      verdict === undefined
        ? 'ok'
        : { plugin: verdict.plugin ?? '', code: codeOf(verdict), reasons: [...verdict.reasons] };
  }
  answer['filter'] = filter;
  return nodeNames;
}

/** The first Filter plugin whose column form does not take a node; `undefined` where the plain form decides. */
function rejectionsByColumns(
  cluster: RecordedCluster,
  framework: Framework,
  pod: PodFacts,
): ((node: NodeState) => FilterPlugin | undefined) | undefined {
  const { columns } = cluster;
  if (columns === undefined || !columns.has(framework, pod)) return undefined;
  const taken = new Map<FilterPlugin, ReadonlySet<string>>();
  for (const plugin of framework.plugins.filter) {
    const names = columns.takenBy(framework, plugin, pod);
    if (names === undefined) return undefined;
    taken.set(plugin, names);
  }
  return (node) => framework.plugins.filter.find((plugin) => !taken.get(plugin)!.has(node.name));
}

/** A column form says no more than no: the reasons are the plain form's. */
function explained(
  state: CycleScratch,
  pod: PodInfo,
  node: NodeState,
  plugin: FilterPlugin | undefined,
): Status | undefined {
  if (plugin === undefined) return undefined;
  const status = state.skipFilter.has(plugin.name) ? undefined : plugin.filter(state, pod, node);
  const reasons = status?.reasons ?? ['the column form rejects, the plain form does not'];
  return { code: status?.code ?? Code.Success, reasons, plugin: plugin.name };
}

/** One cycle of the scheduler, and PostFilter when nothing was feasible. */
function describeDecision(
  cluster: RecordedCluster,
  framework: Framework,
  pod: PodFacts,
  nodeNames: ReadonlySet<string> | undefined,
  answer: Json,
): void {
  const { snapshot } = cluster.policy.cache;
  const state = new CycleScratch();
  const result =
    placeByColumns(cluster, framework, state, pod) ??
    schedulePod(framework, snapshot, cluster.policy.cursor, state, pod);
  const { nextStartNodeIndex } = cluster.policy.cursor;
  answer['winner'] = null;
  if (result.kind === 'error') {
    answer['error'] = statusMessage(result.status);
    return;
  }
  if (result.kind === 'unschedulable') {
    const evaluated = result.diagnosis.statuses.explicit.size;
    answer['sampled'] = { feasible: [], evaluated, nextStartNodeIndex };
    describeFailure(cluster, framework, state, pod, result.diagnosis, answer);
    return;
  }
  answer['winner'] = result.node.name;
  const sampled: Json = {
    feasible: result.feasible.map((node) => node.name),
    evaluated: result.evaluated,
    nextStartNodeIndex,
  };
  answer['sampled'] = sampled;
  const { totals } = result;
  if (totals === undefined) return;
  let order = result.feasible.map((_, i) => i);
  if (nodeNames !== undefined) {
    // kube-scheduler walks a Go map here: the recordings stand in snapshot order instead, and so does the winner.
    const position = new Map(snapshot.nodes.map((node, i) => [node.name, i]));
    const at = (i: number): number => position.get(result.feasible[i]!.name)!;
    order = order.sort((a, b) => at(a) - at(b));
    sampled['feasible'] = order.map((i) => result.feasible[i]!.name);
    sampled['unordered'] = true;
    answer['winner'] = result.feasible[order[selectHost(order.map((i) => totals[i]!))]!]!.name;
  }
  if (state.skipScore.size > 0) answer['preScoreSkipped'] = sorted(state.skipScore);
  const names = order.map((i) => result.feasible[i]!.name);
  answer['scores'] = Object.fromEntries(
    result.scores.map((scores) => [scores.plugin, byNode(scores, order, names)] as const),
  );
  answer['total'] = Object.fromEntries(order.map((i, k) => [names[k]!, totals[i]!]));
  const best = Math.max(...totals);
  const ties = order.filter((i) => totals[i] === best).map((i) => result.feasible[i]!.name);
  if (ties.length > 1) answer['ties'] = ties;
}

/** The same through the column form; what each plugin's raw score is, only the plain form tells. */
function placeByColumns(
  cluster: RecordedCluster,
  framework: Framework,
  state: CycleScratch,
  pod: PodFacts,
): PlacementResult | undefined {
  const { columns, policy } = cluster;
  const before = { ...policy.cursor };
  const placed = columns?.place(framework, framework.plugins, policy.cursor, pod);
  if (columns === undefined || placed === undefined) return undefined;
  const { node, feasible, evaluated, totals } = placed;
  const scores: PluginScores[] = [];
  if (totals !== undefined) {
    framework.runPreFilter(state, pod);
    framework.runPreScore(state, pod, feasible);
    for (const plain of framework.runScore(state, pod, feasible).plugins) {
      const { plugin } = framework.plugins.score.find((one) => one.plugin.name === plain.plugin)!;
      const byColumns = columns.scoresOf(framework, plugin, before, pod);
      const normalized = feasible.map(({ name }) => byColumns?.get(name) ?? Number.NaN);
      scores.push({ ...plain, normalized });
    }
  }
  return { kind: 'scheduled', node, feasible, evaluated, totals, scores, diagnosis: new Diagnosis() };
}

function byNode({ raw, normalized, weight }: PluginScores, order: readonly number[], names: readonly string[]): Json {
  return Object.fromEntries(order.map((i, k) => [names[k]!, [raw[i]!, normalized[i]!, normalized[i]! * weight]]));
}

function describeFailure(
  cluster: RecordedCluster,
  framework: Framework,
  state: CycleScratch,
  pod: PodInfo,
  diagnosis: Diagnosis,
  answer: Json,
): void {
  const failed = explainFailure(framework, cluster.policy.cache.snapshot, state, pod, diagnosis);
  const failure: Json = {
    message: failed.message,
    unschedulablePlugins: sorted(diagnosis.unschedulablePlugins),
  };
  if (diagnosis.pendingPlugins.size > 0) failure['pendingPlugins'] = sorted(diagnosis.pendingPlugins);
  answer['failure'] = failure;
  if (framework.plugins.postFilter.length === 0) return;
  answer['preemption'] = preemptionOf(cluster, framework, state, pod, failed);
}

/** PostFilter's answer, with the candidates that DefaultPreemption compared. */
function preemptionOf(
  cluster: RecordedCluster,
  framework: Framework,
  state: CycleState,
  pod: PodInfo,
  failed: FitFailure,
): Json {
  const status = failed.postFilterStatus;
  const nominated = failed.postFilter?.nominatedNodeName;
  const preemption: Json = {
    status: codeOf(status),
    nominatingMode: nominated === undefined ? 'none' : 'override',
    candidates: {},
  };
  if (nominated !== undefined && nominated !== '') preemption['nominatedNode'] = nominated;
  const message = status === undefined ? '' : statusMessage(status);
  if (message !== '') preemption['message'] = message;
  const victims = failed.postFilter?.victims ?? [];
  if (victims.length > 0) preemption['victims'] = victims.map(keyOf);

  const plugin = framework.plugins.postFilter.find((candidate) => candidate instanceof DefaultPreemption);
  if (plugin === undefined) return preemption;
  const { statuses } = failed.diagnosis;
  if (ineligibleBecause(pod.pod, cluster.policy.cache.snapshot, statuses) !== undefined) return preemption;
  const potential = plugin.potentialNodes(statuses);
  if (potential.length > 0) preemption['potentialNodes'] = potential.map((node) => node.name);
  if (status !== undefined && (isRejection(status) || status.code === Code.Error)) return preemption;
  const { candidates } = plugin.dryRun(state, pod, statuses);
  preemption['candidates'] = Object.fromEntries(
    candidates.map((candidate) => [
      candidate.nodeName,
      {
        victims: candidate.victims.pods.map((victim) => keyOf(victim.pod)),
        numPDBViolations: candidate.victims.violations,
      },
    ]),
  );
  const best = new Set(bestCandidates(candidates).map((candidate) => candidate.nodeName));
  const ties = candidates.filter((candidate) => best.has(candidate.nodeName)).map((candidate) => candidate.nodeName);
  if (ties.length > 1) preemption['ties'] = ties;
  return preemption;
}
