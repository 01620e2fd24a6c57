import { keyOf } from '../../api/kinds.ts';
import { controllerOf } from '../../api/meta.ts';
import type { Node } from '../../api/node.ts';
import { isPodTerminal, type Pod } from '../../api/pod.ts';
import type { KubectlCommand } from '../../scenario/kubectl.ts';
import { nameIn } from './resource-name.ts';
import { ask, demand, pause, refusalText, together, type KubectlSteps, type Terminal } from './steps.ts';

type Drain = Extract<KubectlCommand, { verb: 'drain' }>;
type Cordon = Extract<KubectlCommand, { verb: 'cordon' }>;

/** A refused eviction is tried again after this long. */
const RETRY_MICROS = 5_000_000;
/** How often drain looks whether an evicted pod has gone. */
const POLL_MICROS = 1_000_000;
const MIRROR = 'kubernetes.io/config.mirror';

/** `kubectl cordon` and `kubectl uncordon`. */
export function* cordon(terminal: Terminal, { key, on }: Cordon): KubectlSteps {
  const found = yield* demand(terminal, { verb: 'get', kind: 'Node', key });
  if (found?.object === undefined) return;
  const word = on ? 'cordoned' : 'uncordoned';
  if (((found.object as Node).spec.unschedulable === true) === on) return terminal.out(`node/${key} already ${word}`);
  const patch = { spec: { unschedulable: on ? true : null } };
  const done = yield* demand(terminal, { verb: 'patch', kind: 'Node', key, patchType: 'strategic', patch });
  if (done !== undefined) terminal.out(`node/${key} ${word}`);
}

/**
 * `kubectl drain`: the node takes no more pods, and those it has are evicted all at once, each for itself: what a budget
 * forbids is tried again every five seconds, and what is granted is waited for.
 */
export function* drain(terminal: Terminal, command: Drain): KubectlSteps {
  const { key } = command;
  yield* cordon(terminal, { verb: 'cordon', key, on: true });
  const fieldSelector = `spec.nodeName=${key}`;
  const selection = command.podSelector === undefined ? {} : { labelSelector: command.podSelector };
  const listed = yield* demand(terminal, { verb: 'list', kind: 'Pod', fieldSelector, ...selection });
  if (listed === undefined) return;
  const { evicted, refusals, remarks } = sorted(listed.list!.items as readonly Pod[], command);
  if (refusals.length > 0) {
    terminal.fail(`error: unable to drain node "${key}" due to error: [${refusals.join(', ')}], continuing command...`);
    return;
  }
  if (remarks.length > 0) terminal.warn(`Warning: ${remarks.join('; ')}`);
  const until = command.timeoutMicros === 0 ? Infinity : terminal.now() + command.timeoutMicros;
  const failed = { any: false };
  yield* together(evicted.map((pod) => evict(terminal, pod, command, until, failed)));
  if (!failed.any) terminal.out(`node/${key} drained`);
}

/** One pod: evicted until it is granted, then waited for. */
function* evict(
  terminal: Terminal,
  pod: Pod,
  { gracePeriodSeconds }: Drain,
  until: number,
  failed: { any: boolean },
): KubectlSteps {
  const key = keyOf(pod);
  const { name, namespace, uid } = pod.metadata;
  const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
  const fail = (text: string): void => {
    failed.any = true;
    terminal.fail(text);
  };
  const late = `error when evicting pods/"${name}" -n "${namespace}": global timeout reached: `;
  for (;;) {
    terminal.out(`evicting pod ${namespace}/${name}`);
    const answer = yield* ask({ verb: 'evict', key, ...grace });
    if (answer.ok || answer.reason === 'NotFound') break;
    if (answer.code !== 429) {
      return fail(`error when evicting pods/"${name}" -n "${namespace}": ${refusalText(answer)}`);
    }
    if (terminal.now() + RETRY_MICROS > until) return fail(late);
    terminal.warn(`error when evicting pods/"${name}" -n "${namespace}" (will retry after 5s): ${answer.message}`);
    yield* pause(RETRY_MICROS);
  }
  for (;;) {
    const found = yield* ask({ verb: 'get', kind: 'Pod', key });
    if (!found.ok || found.object === undefined || found.object.metadata.uid !== uid) break;
    if (terminal.now() + POLL_MICROS > until) return fail(late);
    yield* pause(POLL_MICROS);
  }
  terminal.out(`pod/${nameIn(key)} evicted`);
}

interface Sorted {
  readonly evicted: readonly Pod[];
  /** Why the node cannot be drained like this. */
  readonly refusals: readonly string[];
  readonly remarks: readonly string[];
}

/** Which pods go, by kubectl's filters: mirror pods never, finished ones always, others as the flags allow. */
function sorted(pods: readonly Pod[], command: Drain): Sorted {
  const evicted: Pod[] = [];
  const ofDaemonSets: Pod[] = [];
  const unmanaged: Pod[] = [];
  const withStorage: Pod[] = [];
  for (const pod of pods) {
    if (pod.metadata.annotations[MIRROR] !== undefined) continue;
    const owner = controllerOf(pod.metadata);
    if (owner?.kind === 'DaemonSet' && !isPodTerminal(pod)) {
      ofDaemonSets.push(pod);
      continue;
    }
    if (!isPodTerminal(pod)) {
      if (owner === undefined) unmanaged.push(pod);
      if ((pod.spec.volumes ?? []).some(({ emptyDir }) => emptyDir !== undefined)) withStorage.push(pod);
    }
    evicted.push(pod);
  }
  const refusals: string[] = [];
  const remarks: string[] = [];
  const judge = (found: readonly Pod[], allowed: boolean, refusal: string, remark: string): void => {
    if (found.length === 0) return;
    const names = found.map(keyOf).join(', ');
    if (!allowed) refusals.push(`cannot delete ${refusal}: ${names}`);
    else if (remark !== '') remarks.push(`${remark}: ${names}`);
  };
  judge(
    ofDaemonSets,
    command.ignoreDaemonSets,
    'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)',
    'ignoring DaemonSet-managed Pods',
  );
  judge(
    withStorage,
    command.deleteEmptyDirData,
    'Pods with local storage (use --delete-emptydir-data to override)',
    '',
  );
  judge(
    unmanaged,
    command.force,
    'Pods that declare no controller (use --force to override)',
    'deleting Pods that declare no controller',
  );
  return { evicted, refusals, remarks };
}
