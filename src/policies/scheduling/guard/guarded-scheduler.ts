import { deepFreeze } from '../../../sim/api/freeze.ts';
import { keyOf } from '../../../sim/api/kinds.ts';
import type { Node } from '../../../sim/api/node.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { PolicyError } from '../../../sim/policy-api/policy-error.ts';
import type {
  BindingSteps,
  SchedulerHost,
  SchedulingDecision,
  SchedulingPolicy,
  SchedulingPolicyFactory,
} from '../../../sim/policy-api/scheduler.ts';
import type { ProfileHints } from '../../../sim/policy-api/scheduling.ts';
import { Code } from '../../../sim/policy-api/status.ts';
import { checkOrder, checkAnnotations, checkStatus, NonsenseError, REJECTIONS, shown } from './check-answer.ts';
import { checkPreBind } from './check-pre-bind.ts';
import type { GuardOptions } from './guarded-plugin.ts';
import { whileWatched } from './policy-watch.ts';

/** A whole scheduler that is not ours, between guards: see `guardedFactory`. */
export function guardedScheduler(
  name: string,
  factory: SchedulingPolicyFactory,
  options: GuardOptions = {},
): SchedulingPolicyFactory {
  return (host) => new GuardedScheduler(name, factory, host, options);
}

class GuardedScheduler implements SchedulingPolicy {
  readonly schedulerNames: readonly string[];
  readonly hints: readonly ProfileHints[];
  readonly backoff: SchedulingPolicy['backoff'];
  readonly client: SchedulingPolicy['client'];
  readonly #name: string;
  readonly #host: SchedulerHost;
  readonly #options: GuardOptions;
  readonly #policy: SchedulingPolicy;
  /** What the policy has been told, to hold its answers against. */
  readonly #nodes = new Set<string>();
  readonly #placed = new Map<string, { readonly pod: Pod; readonly nodeName: string }>();

  constructor(name: string, factory: SchedulingPolicyFactory, host: SchedulerHost, options: GuardOptions) {
    this.#name = name;
    this.#host = host;
    this.#options = options;
    const policy = (this.#policy = this.#ask('making of the scheduler', () => {
      const made: unknown = factory(host);
      if (typeof made !== 'object' || made === null) throw new NonsenseError(`the factory returned ${shown(made)}`);
      return made as SchedulingPolicy;
    }));
    [this.schedulerNames, this.hints, this.backoff, this.client] = this.#ask('making of the scheduler', () => {
      const { schedulerNames, hints, backoff, client } = policy as Partial<SchedulingPolicy>;
      if (!Array.isArray(schedulerNames) || schedulerNames.length === 0) {
        throw new NonsenseError('schedulerNames is not a list of the names it answers for');
      }
      if (!Array.isArray(hints)) throw new NonsenseError('hints is not a list');
      const { initialMicros, maxMicros } = backoff ?? {};
      if (!Number.isSafeInteger(initialMicros) || !Number.isSafeInteger(maxMicros)) {
        throw new NonsenseError('backoff does not name its two durations in whole microseconds');
      }
      if (client !== undefined && client !== 'unlimited' && !(client.qps > 0 && client.burst > 0)) {
        throw new NonsenseError('client is neither a positive qps and burst nor unlimited');
      }
      return [schedulerNames as string[], hints as ProfileHints[], backoff!, client];
    });
  }

  get nodeCount(): number {
    return this.#nodes.size;
  }

  compare(a: { pod: Pod; enqueuedAt: number }, b: { pod: Pod; enqueuedAt: number }): number {
    return this.#ask(
      () => `order of pods ${keyOf(a.pod)} and ${keyOf(b.pod)}`,
      () => checkOrder(this.#policy.compare(a, b)),
    );
  }

  preEnqueue(pod: Pod, first: string | undefined): string | undefined {
    return this.#ask(about('preEnqueue', pod), () => {
      const plugin: unknown = this.#policy.preEnqueue(deepFreeze(pod), first);
      if (plugin !== undefined && typeof plugin !== 'string') throw new NonsenseError(`returned ${shown(plugin)}`);
      return plugin;
    });
  }

  setNode(node: Node): void {
    this.#nodes.add(node.metadata.name);
    this.#ask(`news of node ${node.metadata.name}`, () => this.#policy.setNode(deepFreeze(node)));
  }

  removeNode(name: string): void {
    this.#nodes.delete(name);
    this.#ask(`news of node ${name}`, () => this.#policy.removeNode(name));
  }

  setPod(pod: Pod): void {
    this.#placed.set(pod.metadata.uid, { pod, nodeName: pod.spec.nodeName ?? '' });
    this.#ask(about('news', pod), () => this.#policy.setPod(deepFreeze(pod)));
  }

  removePod(uid: string): void {
    this.#placed.delete(uid);
    this.#ask(`news of pod ${uid}`, () => this.#policy.removePod(uid));
  }

  assume(pod: Pod, nodeName: string): void {
    this.#placed.set(pod.metadata.uid, { pod, nodeName });
    this.#ask(about('assume', pod), () => this.#policy.assume(deepFreeze(pod), nodeName));
  }

  isAssumed(uid: string): boolean {
    return this.#ask(`isAssumed of ${uid}`, () => this.#policy.isAssumed(uid) === true);
  }

  nominate(pod: Pod, nodeName: string): void {
    this.#ask(about('nomination', pod), () => this.#policy.nominate(deepFreeze(pod), nodeName));
  }

  denominate(uid: string): void {
    this.#ask(`nomination of ${uid}`, () => this.#policy.denominate(uid));
  }

  nominatedNode(uid: string): string | undefined {
    return this.#ask(`nomination of ${uid}`, () => this.#policy.nominatedNode(uid));
  }

  nominatedPods(nodeName: string): readonly Pod[] {
    return this.#ask(`nominations to ${nodeName}`, () => {
      const pods: unknown = this.#policy.nominatedPods(nodeName);
      if (!Array.isArray(pods)) throw new NonsenseError(`returned ${shown(pods)}, not a list of pods`);
      return pods as Pod[];
    });
  }

  decide(pod: Pod): SchedulingDecision {
    return this.#ask(about('placement', pod), () => this.#checkDecision(this.#policy.decide(deepFreeze(pod)), pod));
  }

  #checkDecision(decision: SchedulingDecision, pod: Pod): SchedulingDecision {
    const value: unknown = decision;
    if (typeof value !== 'object' || value === null) throw new NonsenseError(`returned ${shown(value)}`);
    const { evaluated } = decision;
    if (!Number.isSafeInteger(evaluated) || evaluated < 0) {
      throw new NonsenseError(`says that it looked at ${shown(evaluated)} nodes`);
    }
    switch (decision.kind) {
      case 'node':
        if (!this.#nodes.has(decision.nodeName)) {
          throw new NonsenseError(`chose ${shown(decision.nodeName)}, which is no node`);
        }
        if (this.#placed.has(pod.metadata.uid)) throw new NonsenseError('placed a pod that has a node');
        return { ...decision, steps: this.#steps(decision.steps, pod, decision.nodeName) };
      case 'unschedulable':
        return this.#checkVictims(decision);
      case 'error':
        return { ...decision, message: String(decision.message) };
      default:
        throw new NonsenseError(`decided ${shown((value as { kind?: unknown }).kind)}`);
    }
  }

  #checkVictims(decision: SchedulingDecision & { readonly kind: 'unschedulable' }): SchedulingDecision {
    const { nominatedNodeName, victims } = decision;
    if (nominatedNodeName !== undefined && nominatedNodeName !== '' && !this.#nodes.has(nominatedNodeName)) {
      throw new NonsenseError(`nominated ${shown(nominatedNodeName)}, which is no node`);
    }
    const seen = new Set<string>();
    const known = victims.map(({ metadata: { uid } }) => {
      if (seen.has(uid)) throw new NonsenseError(`named a victim twice: ${shown(uid)}`);
      seen.add(uid);
      const victim = this.#placed.get(uid);
      if (victim === undefined || victim.nodeName !== nominatedNodeName) {
        throw new NonsenseError(`named a victim that is not on ${shown(nominatedNodeName)}: ${shown(uid)}`);
      }
      return victim.pod;
    });
    return {
      ...decision,
      message: String(decision.message),
      unschedulablePlugins: [...decision.unschedulablePlugins].map(String),
      pendingPlugins: [...decision.pendingPlugins].map(String),
      victims: known,
    };
  }

  #steps(steps: BindingSteps, pod: Pod, nodeName: string): BindingSteps {
    const ask = <T>(what: string, answer: () => T): T => this.#ask(about(`${what} on ${nodeName}`, pod), answer);
    return {
      reserve: () => ask('reserve', () => checkStatus(steps.reserve(), REJECTIONS)),
      unreserve: () => ask('unreserve', () => steps.unreserve()),
      permit: () =>
        ask('permit', () => {
          const { status, waits } = steps.permit();
          return { status: checkStatus(status, [...REJECTIONS, Code.Wait]), waits: new Map(waits) };
        }),
      preBind: () => ask('preBind', () => checkPreBind(steps.preBind(), (answer) => ask('preBind', answer))),
      bind: () => ask('bind', () => checkStatus(steps.bind(), REJECTIONS)),
      annotations: () => ask('annotations', () => checkAnnotations(steps.annotations?.())),
      postBind: () => ask('postBind', () => steps.postBind()),
    };
  }

  #ask<T>(decision: string | (() => string), answer: () => T): T {
    const policy = `scheduler ${this.#name}`;
    try {
      return whileWatched(this.#options.watch, policy, decision, answer);
    } catch (error) {
      const asked = typeof decision === 'string' ? decision : decision();
      const at = this.#host.now();
      if (error instanceof NonsenseError) throw new PolicyError(policy, asked, at, error.message);
      throw PolicyError.from(error, policy, asked, at);
    }
  }
}

function about(what: string, pod: Pod): () => string {
  return () => `${what} of pod ${keyOf(pod)}`;
}
