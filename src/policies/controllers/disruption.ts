import type { Change } from '../../sim/api/change.ts';
import { sameData } from '../../sim/api/equality.ts';
import { keyOf } from '../../sim/api/kinds.ts';
import { compileLabelSelector } from '../../sim/api/label-selector.ts';
import type { Labels, LabelSelector } from '../../sim/api/meta.ts';
import { conditionOf, isPodReady, isPodTerminal, type Pod } from '../../sim/api/pod.ts';
import type { PodDisruptionBudget } from '../../sim/api/policy.ts';
import { selectorText } from '../../sim/api/selector-text.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { BudgetPods } from './disruption/budget-pods.ts';
import { expectedPods, ScaleFinder } from './disruption/expected-pods.ts';
import { statusOf, withFailure } from './disruption/status.ts';
import { ask } from './requests.ts';
import { wholeSecond } from './whole-second.ts';

/** A pod that was to be deleted and is not: so long it counts as disrupted (kubernetes-behaviour.md 3.12). */
const DELETION_TIMEOUT_MICROS = 120_000_000;

/** Keeps the status of every PodDisruptionBudget, on which the eviction API relies (kubernetes-behaviour.md 3.12). */
export const disruption: ControllerFactory = (host) => new Disruption(host);

class Disruption implements Controller {
  readonly name = 'disruption';
  readonly eventSource = 'controllermanager';
  readonly workers = 1;
  readonly handlers = {
    PodDisruptionBudget: (change: Change<'PodDisruptionBudget'>) => this.#budgetChanged(change),
    Pod: (change: Change<'Pod'>) => this.#podChanged(change),
  };
  readonly #host: ControllerHost;
  readonly #budgets: ControllerLister<'PodDisruptionBudget'>;
  readonly #pods: ControllerLister<'Pod'>;
  readonly #scales: ScaleFinder;
  readonly #matchers = new WeakMap<LabelSelector, (labels: Labels) => boolean>();
  /** The pods of every budget that was looked at, by its key. */
  readonly #held = new Map<string, BudgetPods>();
  #count = 0;

  constructor(host: ControllerHost) {
    this.#host = host;
    this.#budgets = host.lister('PodDisruptionBudget');
    this.#pods = host.lister('Pod');
    this.#scales = new ScaleFinder(host);
  }

  // ---- What happens to the queue ----

  #budgetChanged({ type, object }: Change<'PodDisruptionBudget'>): void {
    if (type === 'ADDED') this.#count++;
    if (type === 'DELETED') {
      this.#count--;
      this.#held.delete(keyOf(object));
    }
    this.#host.enqueue(`budget ${keyOf(object)}`);
  }

  #podChanged({ type, object, previous }: Change<'Pod'>): void {
    if (this.#count > 0) {
      this.#touch(object);
      if (previous !== undefined && previous.metadata.labels !== object.metadata.labels) this.#touch(previous);
      this.#enqueueBudgetOf(object);
    }
    if (type === 'DELETED') return;
    const wait = this.#untilStale(object);
    if (wait !== undefined) this.#host.enqueueAfter(`stale ${keyOf(object)}`, wait);
  }

  #touch(pod: Pod): void {
    for (const budget of this.#budgets.list(pod.metadata.namespace)) {
      if (this.#matches(budget, pod.metadata.labels)) this.#held.get(keyOf(budget))?.touch(keyOf(pod));
    }
  }

  #enqueueBudgetOf(pod: Pod): void {
    let first: PodDisruptionBudget | undefined;
    let several = false;
    for (const budget of this.#budgets.list(pod.metadata.namespace)) {
      if (!this.#matches(budget, pod.metadata.labels)) continue;
      if (first === undefined) first = budget;
      else several = true;
    }
    if (first === undefined) return;
    if (several) {
      const { namespace, name } = pod.metadata;
      const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${first.metadata.name}" arbitrarily.`;
      this.#host.record(pod, 'Warning', 'MultiplePodDisruptionBudgets', message);
    }
    this.#host.enqueue(`budget ${keyOf(first)}`);
  }

  #matches({ spec }: PodDisruptionBudget, labels: Labels): boolean {
    const { selector } = spec;
    if (selector === undefined) return false;
    let matches = this.#matchers.get(selector);
    if (matches === undefined) this.#matchers.set(selector, (matches = compileLabelSelector(selector)));
    return matches(labels);
  }

  /** Until a pod that was marked for disruption and goes on counts as spared; undefined: there is nothing to wait for. */
  #untilStale(pod: Pod): number | undefined {
    const condition = conditionOf(pod.status.conditions, 'DisruptionTarget');
    if (condition?.status !== 'True' || condition.reason === 'TerminationByKubelet') return undefined;
    if (pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return undefined;
    return Math.max(0, (condition.lastTransitionTime ?? 0) + DELETION_TIMEOUT_MICROS - this.#host.now());
  }

  // ---- The syncs ----

  *sync(key: string): SyncSteps {
    const at = key.indexOf(' ');
    const name = key.slice(at + 1);
    if (key.slice(0, at) === 'stale') yield* this.#spare(name);
    else yield* this.#syncBudget(name);
  }

  *#spare(key: string): Steps<void> {
    const pod = this.#pods.get(key);
    const wait = pod === undefined ? undefined : this.#untilStale(pod);
    if (pod === undefined || wait === undefined) return;
    if (wait > 0) {
      this.#host.enqueueAfter(`stale ${key}`, wait);
      return;
    }
    const condition = {
      type: 'DisruptionTarget',
      status: 'False' as const,
      lastTransitionTime: wholeSecond(this.#host.now()),
      observedGeneration: pod.metadata.generation,
    };
    const { uid } = pod.metadata;
    const answer = yield* ask({ verb: 'patch-status', kind: 'Pod', key, uid, status: { conditions: [condition] } });
    if (!answer.ok && answer.reason !== 'NotFound') throw new SyncError(answer.message);
  }

  *#syncBudget(key: string): Steps<void> {
    const budget = this.#budgets.get(key);
    if (budget === undefined) return;
    const failure = yield* this.#trySync(budget);
    if (failure === undefined) return;
    // Where it cannot be known how many pods there should be, none may be disrupted.
    yield* this.#write(budget, withFailure(budget, failure, this.#host.now()));
  }

  /** Gives why it failed, or undefined. */
  *#trySync(budget: PodDisruptionBudget): Steps<string | undefined> {
    const now = this.#host.now();
    const held = this.#heldBy(budget);
    if (held.count === 0) this.#host.record(budget, 'Normal', 'NoPods', 'No matching pods found');
    const expected = expectedPods(budget, held, this.#scales, () => this.#podsOf(budget));
    if ('failure' in expected) {
      const message = `Failed to calculate the number of expected pods: ${expected.failure}`;
      this.#host.record(budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
      return expected.failure;
    }
    if (expected.unmanaged > 0) this.#host.record(budget, 'Warning', 'UnmanagedPods', unmanagedMessage(budget));
    const disrupted = this.#disrupted(budget, now);
    const healthy = held.healthy - disrupted.ready;
    const status = statusOf(budget, { ...expected, healthy, disruptedPods: disrupted.pods }, now);
    if (!sameData(status, budget.status)) yield* this.#write(budget, status);
    if (disrupted.recheckAt !== undefined)
      this.#host.enqueueAfter(`budget ${keyOf(budget)}`, disrupted.recheckAt - now);
    return undefined;
  }

  *#write(budget: PodDisruptionBudget, status: PodDisruptionBudget['status']): Steps<void> {
    const answer = yield* ask({ verb: 'update', object: { ...budget, status }, subresource: 'status' });
    if (!answer.ok && answer.reason !== 'NotFound') throw new SyncError(answer.message);
  }

  #heldBy(budget: PodDisruptionBudget): BudgetPods {
    const key = keyOf(budget);
    const { selector } = budget.spec;
    const known = this.#held.get(key);
    if (known !== undefined && known.selector === selector) {
      known.update();
      return known;
    }
    const held = new BudgetPods(
      selector,
      {
        selected: () => this.#podsOf(budget),
        pod: (podKey) => this.#pods.get(podKey),
        matches: (labels) => this.#matches(budget, labels),
      },
      keyOf,
    );
    this.#held.set(key, held);
    return held;
  }

  #podsOf(budget: PodDisruptionBudget): Pod[] {
    const { selector } = budget.spec;
    if (selector === undefined) return [];
    const { namespace } = budget.metadata;
    const labels = selector.matchLabels;
    const some = labels === undefined ? this.#pods.list(namespace) : this.#pods.labelled(namespace, labels);
    return some.filter((pod) => this.#matches(budget, pod.metadata.labels));
  }

  /**
   * Pods whose eviction was granted and that are still to go, how many of them are Ready, and when the first of them will
   * have taken too long.
   */
  #disrupted(budget: PodDisruptionBudget, now: number): Disrupted {
    const { status, metadata } = budget;
    const granted = status.disruptedPods ?? {};
    if (Object.keys(granted).length === 0) return NOBODY_DISRUPTED;
    const result: Record<string, number> = {};
    let recheckAt: number | undefined;
    let ready = 0;
    for (const pod of this.#podsOf(budget)) {
      const since = granted[pod.metadata.name];
      if (since === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
      const due = since + DELETION_TIMEOUT_MICROS;
      if (due < now) {
        const message = `Pod was expected by PDB ${metadata.namespace}/${metadata.name} to be deleted but it wasn't`;
        this.#host.record(pod, 'Warning', 'NotDeleted', message);
        continue;
      }
      if (recheckAt === undefined || due < recheckAt) recheckAt = due;
      result[pod.metadata.name] = since;
      if (isPodReady(pod)) ready++;
    }
    return { pods: result, ready, recheckAt: recheckAt === undefined ? undefined : recheckAt + 1 };
  }
}

interface Disrupted {
  readonly pods: Readonly<Record<string, number>>;
  readonly ready: number;
  readonly recheckAt: number | undefined;
}

const NOBODY_DISRUPTED: Disrupted = { pods: {}, ready: 0, recheckAt: undefined };

function unmanagedMessage({ spec }: PodDisruptionBudget): string {
  const selector = spec.selector === undefined ? '' : selectorText(spec.selector);
  return `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
}
