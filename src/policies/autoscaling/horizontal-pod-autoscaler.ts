import type { HorizontalPodAutoscaler, MetricStatus } from '../../sim/api/autoscaling.ts';
import type { Change } from '../../sim/api/change.ts';
import { keyOf, objectKey, type Kind } from '../../sim/api/kinds.ts';
import type { Pod } from '../../sim/api/pod.ts';
import type { Request, Scale } from '../../sim/api/request.ts';
import { compileRequirements, parseSelectorText } from '../../sim/api/selector-text.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { ask } from '../controllers/requests.ts';
import { queryOf, readMetric, type Reading } from './horizontal-pod-autoscaler/metric-reading.ts';
import { normalise, rememberScaling } from './horizontal-pod-autoscaler/normalise.ts';
import type { ReadinessTimes } from './horizontal-pod-autoscaler/pod-groups.ts';
import { newHistory, type ReplicaHistory } from './horizontal-pod-autoscaler/replica-history.ts';
import type { Situation } from './horizontal-pod-autoscaler/replica-calculator.ts';
import { StatusDraft } from './horizontal-pod-autoscaler/status-draft.ts';
import { tolerancesOf } from './horizontal-pod-autoscaler/tolerance.ts';

/** The controller manager's flags, by their names after `--horizontal-pod-autoscaler-`. Microseconds. */
export interface AutoscalerSettings extends ReadinessTimes {
  readonly syncPeriod: number;
  readonly downscaleStabilization: number;
  /** A share. */
  readonly tolerance: number;
}

export const AUTOSCALER_DEFAULTS: AutoscalerSettings = {
  syncPeriod: 15_000_000,
  downscaleStabilization: 300_000_000,
  tolerance: 0.1,
  cpuInitializationPeriod: 300_000_000,
  initialReadinessDelay: 30_000_000,
};

/** Sets the replicas of workloads by what their pods, or others, measure (kubernetes-behaviour.md 3.7). */
export function horizontalPodAutoscaler(settings: AutoscalerSettings = AUTOSCALER_DEFAULTS): ControllerFactory {
  return (host) => new HorizontalController(host, settings);
}

/** Kinds that have replicas to set. */
const SCALABLE: ReadonlySet<string> = new Set(['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet']);

/** What the metrics of a pass come to. */
interface MetricsOutcome {
  /** Undefined: nothing that could be acted on. */
  readonly proposal: { readonly replicas: number; readonly metric: string } | undefined;
  readonly statuses: readonly MetricStatus[];
  /** That some metric failed, in the words of the pass. */
  readonly error: string | undefined;
}

class HorizontalController implements Controller {
  readonly name = 'horizontal-pod-autoscaler';
  readonly eventSource = 'horizontal-pod-autoscaler';
  readonly workers = 5;
  readonly retryBackoff: { readonly baseMicros: number; readonly maxMicros: number };
  readonly handlers = {
    HorizontalPodAutoscaler: (change: Change<'HorizontalPodAutoscaler'>) => this.#changed(change),
    Pod: () => undefined,
  };
  readonly #host: ControllerHost;
  readonly #settings: AutoscalerSettings;
  readonly #autoscalers: ControllerLister<'HorizontalPodAutoscaler'>;
  readonly #pods: ControllerLister<'Pod'>;
  readonly #histories = new Map<string, ReplicaHistory>();
  /** Which pods each autoscaler last looked at, as the text of their selector. */
  readonly #selectors = new Map<string, string>();

  constructor(host: ControllerHost, settings: AutoscalerSettings) {
    this.#host = host;
    this.#settings = settings;
    // The queue's limiter is the period: whatever asks for a pass gets it one period later.
    this.retryBackoff = { baseMicros: settings.syncPeriod, maxMicros: settings.syncPeriod };
    this.#autoscalers = host.lister('HorizontalPodAutoscaler');
    this.#pods = host.lister('Pod');
  }

  #changed({ type, object }: Change<'HorizontalPodAutoscaler'>): void {
    const key = keyOf(object);
    if (type === 'DELETED') this.#forget(key);
    else this.#host.enqueueRateLimited(key);
  }

  #forget(key: string): void {
    this.#histories.delete(key);
    this.#selectors.delete(key);
  }

  *sync(key: string): SyncSteps {
    const autoscaler = this.#autoscalers.get(key);
    if (autoscaler === undefined) return this.#forget(key);
    const draft = new StatusDraft(autoscaler);
    yield* this.#pass(key, draft);
    // A write that fails is done again with the next pass, since that finds the same status.
    const written = draft.written;
    if (written !== undefined) yield* ask({ verb: 'update', subresource: 'status', object: written });
    this.#host.enqueueRateLimited(key);
  }

  *#pass(key: string, draft: StatusDraft): Steps<void> {
    const { autoscaler } = draft;
    const { minReplicas, maxReplicas, behavior } = autoscaler.spec;
    const scale = yield* this.#readScale(draft);
    if (scale === undefined) return;
    const currentReplicas = scale.replicas;
    const history = this.#historyOf(key, currentReplicas);
    let desiredReplicas = currentReplicas;
    let statuses: readonly MetricStatus[] = [];
    let reason = '';
    if (currentReplicas === 0 && minReplicas !== 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      this.#condition(draft, 'ScalingActive', false, 'ScalingDisabled', message);
    } else if (currentReplicas > maxReplicas) {
      reason = 'Current number of replicas above Spec.MaxReplicas';
      desiredReplicas = maxReplicas;
    } else if (currentReplicas < minReplicas) {
      reason = 'Current number of replicas below Spec.MinReplicas';
      desiredReplicas = minReplicas;
    } else {
      const { proposal, error, statuses: found } = yield* this.#readMetrics(key, draft, scale);
      statuses = found;
      if (proposal === undefined) {
        draft.setCounts(currentReplicas, undefined, statuses, undefined);
        this.#host.record(autoscaler, 'Warning', 'FailedComputeMetricsReplicas', error ?? '');
        return;
      }
      if (proposal.replicas > currentReplicas) reason = `${proposal.metric} above target`;
      else if (proposal.replicas < currentReplicas) reason = 'All metrics below target';
      const normalised = normalise(
        {
          currentReplicas,
          desiredReplicas: proposal.replicas,
          minReplicas,
          maxReplicas,
          behavior,
          downscaleStabilization: this.#settings.downscaleStabilization,
          now: this.#host.now(),
        },
        history,
      );
      const { able, limited, isLimited } = normalised;
      this.#condition(draft, 'AbleToScale', true, able.reason, able.message);
      this.#condition(draft, 'ScalingLimited', isLimited, limited.reason, limited.message);
      desiredReplicas = normalised.replicas;
    }
    if (desiredReplicas === currentReplicas) {
      draft.setCounts(currentReplicas, desiredReplicas, statuses, undefined);
      return;
    }
    const refusal = yield* this.#writeScale(draft, scale, desiredReplicas, reason);
    if (refusal !== undefined) {
      draft.setCounts(currentReplicas, undefined, statuses, undefined);
      return;
    }
    rememberScaling(behavior, currentReplicas, desiredReplicas, history, this.#host.now());
    draft.setCounts(currentReplicas, desiredReplicas, statuses, this.#host.now());
  }

  #historyOf(key: string, currentReplicas: number): ReplicaHistory {
    let history = this.#histories.get(key);
    if (history === undefined) {
      this.#histories.set(key, (history = newHistory(currentReplicas, this.#host.now())));
    }
    return history;
  }

  *#readScale(draft: StatusDraft): Steps<Scale | undefined> {
    const { autoscaler } = draft;
    const { kind, name, apiVersion = '' } = autoscaler.spec.scaleTargetRef;
    let problem: string;
    if (SCALABLE.has(kind)) {
      const key = objectKey(autoscaler.metadata.namespace, name);
      const answer = yield* ask({ verb: 'get', kind: kind as Kind, key, subresource: 'scale' });
      if (answer.ok && answer.scale !== undefined) {
        const message = "the HPA controller was able to get the target's current scale";
        this.#condition(draft, 'AbleToScale', true, 'SucceededGetScale', message);
        return answer.scale;
      }
      problem = answer.ok ? 'the server does not allow this method on the requested resource' : answer.message;
    } else {
      const slash = apiVersion.indexOf('/');
      problem = `no matches for kind "${kind}" in group "${slash < 0 ? '' : apiVersion.slice(0, slash)}"`;
    }
    this.#host.record(autoscaler, 'Warning', 'FailedGetScale', problem);
    const message = `the HPA controller was unable to get the target's current scale: ${problem}`;
    this.#condition(draft, 'AbleToScale', false, 'FailedGetScale', message);
    return undefined;
  }

  /** The highest proposal of all metrics; none when one that fails might have asked for more. */
  *#readMetrics(key: string, draft: StatusDraft, scale: Scale): Steps<MetricsOutcome> {
    const { metrics } = draft.autoscaler.spec;
    const pods = this.#podsOf(key, draft, scale);
    if (typeof pods === 'string') return { proposal: undefined, statuses: [], error: pods };
    let best: { replicas: number; metric: string } | undefined;
    const failed: Extract<Reading, { error: string }>[] = [];
    const statuses: MetricStatus[] = [];
    for (const spec of metrics) {
      const query = queryOf(spec, scale.namespace, scale.selector);
      const answer = yield* ask({ verb: 'get-metrics', query } satisfies Request);
      const samples = answer.ok ? (answer.metrics ?? []) : answer.message;
      const reading = readMetric(spec, scale, this.#situation(draft.autoscaler, scale, pods), samples);
      if ('error' in reading) {
        failed.push(reading);
        this.#host.record(draft.autoscaler, 'Warning', reading.reason, reading.cause);
        continue;
      }
      statuses.push(reading.status);
      if (best === undefined || reading.replicas > best.replicas) {
        best = { replicas: reading.replicas, metric: reading.name };
      }
    }
    const [first] = failed;
    const error =
      first && `invalid metrics (${failed.length} invalid out of ${metrics.length}), first error is: ${first.error}`;
    if (first !== undefined && (best === undefined || best.replicas < scale.replicas)) {
      const message = `the HPA was unable to compute the replica count: ${first.cause}`;
      this.#condition(draft, 'ScalingActive', false, first.reason, message);
      return { proposal: undefined, statuses, error };
    }
    const message = `the HPA was able to successfully calculate a replica count from ${best?.metric ?? ''}`;
    this.#condition(draft, 'ScalingActive', true, 'ValidMetricFound', message);
    return { proposal: best ?? { replicas: 0, metric: '' }, statuses, error };
  }

  /** The pods of the target, as the cache has them; a text when they cannot be told. */
  #podsOf(key: string, draft: StatusDraft, { namespace, selector }: Scale): readonly Pod[] | string {
    const { autoscaler } = draft;
    if (selector === '') {
      this.#host.record(autoscaler, 'Warning', 'SelectorRequired', 'selector is required');
      const message = "the HPA target's scale is missing a selector";
      this.#condition(draft, 'ScalingActive', false, 'InvalidSelector', message);
      return 'selector is required';
    }
    this.#selectors.set(key, selector);
    const pods = this.#selected(namespace, selector);
    const rivals = this.#rivalsOf(key, namespace, pods);
    if (rivals.length === 0) return pods;
    const names = [key, ...rivals].map((one) => `{${one.replace('/', ' ')}}`).join(' ');
    const message = `pods by selector ${selector} are controlled by multiple HPAs: [${names}]`;
    this.#host.record(autoscaler, 'Warning', 'AmbiguousSelector', message);
    this.#condition(draft, 'ScalingActive', false, 'AmbiguousSelector', message);
    return message;
  }

  #selected(namespace: string, selector: string): readonly Pod[] {
    const parsed = parseSelectorText(selector);
    if (!parsed.ok) return [];
    const matches = compileRequirements(parsed.requirements);
    return this.#pods.list(namespace).filter(({ metadata }) => matches(metadata.labels));
  }

  /** Other autoscalers of the namespace that look at one of these pods too. */
  #rivalsOf(key: string, namespace: string, pods: readonly Pod[]): readonly string[] {
    const rivals: string[] = [];
    for (const [other, selector] of this.#selectors) {
      if (other === key || !other.startsWith(namespace + '/')) continue;
      const parsed = parseSelectorText(selector);
      if (!parsed.ok) continue;
      const matches = compileRequirements(parsed.requirements);
      if (pods.some(({ metadata }) => matches(metadata.labels))) rivals.push(other);
    }
    return rivals;
  }

  #situation({ spec }: HorizontalPodAutoscaler, scale: Scale, pods: readonly Pod[]): Situation {
    return {
      currentReplicas: scale.replicas,
      pods,
      tolerances: tolerancesOf(spec, this.#settings.tolerance),
      times: this.#settings,
      now: this.#host.now(),
    };
  }

  /** Gives why it was refused, or undefined. */
  *#writeScale(draft: StatusDraft, scale: Scale, replicas: number, reason: string): Steps<string | undefined> {
    const { autoscaler } = draft;
    const { namespace, name, resourceVersion } = scale;
    const kind = autoscaler.spec.scaleTargetRef.kind as Kind;
    const key = objectKey(namespace, name);
    const answer = yield* ask({ verb: 'update-scale', kind, key, replicas, resourceVersion });
    if (answer.ok) {
      const message = `the HPA controller was able to update the target scale to ${replicas}`;
      this.#condition(draft, 'AbleToScale', true, 'SucceededRescale', message);
      this.#host.record(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${reason}`);
      return undefined;
    }
    const words = `New size: ${replicas}; reason: ${reason}; error: ${answer.message}`;
    this.#host.record(autoscaler, 'Warning', 'FailedRescale', words);
    const message = `the HPA controller was unable to update the target scale: ${answer.message}`;
    this.#condition(draft, 'AbleToScale', false, 'FailedUpdateScale', message);
    return answer.message;
  }

  #condition(draft: StatusDraft, type: string, holds: boolean, reason: string, message: string): void {
    draft.setCondition(type, holds ? 'True' : 'False', reason, message, this.#host.now());
  }
}
