import { keyOf } from '../../../sim/api/kinds.ts';
import { deepFreeze } from '../../../sim/api/freeze.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { PolicyError } from '../../../sim/policy-api/policy-error.ts';
import type {
  ClusterEventHint,
  CycleState,
  Plugin,
  PluginFactory,
  PluginHandle,
  PodInfo,
} from '../../../sim/policy-api/scheduling.ts';
import type { PluginMethods } from '../../../sim/policy-api/scheduler-module.ts';
import { Code } from '../../../sim/policy-api/status.ts';
import {
  checkAnnotations,
  checkHint,
  checkNormalized,
  checkOrder,
  checkPermit,
  checkPostFilter,
  checkPreFilter,
  checkScore,
  checkStatus,
  NonsenseError,
  REJECTIONS,
  shown,
} from './check-answer.ts';
import { checkPreBind } from './check-pre-bind.ts';
import { CycleStateView } from './cycle-state-view.ts';
import { guardedHandle } from './guarded-handle.ts';
import { whileWatched, type PolicyWatch } from './policy-watch.ts';
import { nodeView, nodeViews, podView } from './readonly-views.ts';

export interface GuardOptions {
  readonly watch?: PolicyWatch | undefined;
}

/**
 * A plugin that is not ours, between guards: it sees views that it cannot change, its answers are looked at before
 * anybody acts on them, and whatever it does wrong is a PolicyError that names it, the decision and the time.
 */
export function guardedFactory(name: string, factory: PluginFactory, options: GuardOptions = {}): PluginFactory {
  return (args, handle) => {
    const guard = new Guard(name, handle, options);
    const plugin = guard.ask('making of the plugin', () => {
      const made: unknown = factory(deepFreeze(args), guardedHandle(handle));
      if (typeof made !== 'object' || made === null) throw new NonsenseError(`the factory returned ${shown(made)}`);
      return made as PluginMethods & { readonly name?: unknown };
    });
    if (plugin.name !== name) {
      guard.ask('making of the plugin', () => {
        throw new NonsenseError(`is called ${shown(plugin.name)}, but registered as ${JSON.stringify(name)}`);
      });
    }
    return guardedMethods(plugin, guard, handle);
  };
}

class Guard {
  readonly name: string;
  readonly #policy: string;
  readonly #handle: PluginHandle;
  readonly #options: GuardOptions;
  #view: CycleStateView | undefined;

  constructor(name: string, handle: PluginHandle, options: GuardOptions) {
    this.name = name;
    this.#policy = `plugin ${name}`;
    this.#handle = handle;
    this.#options = options;
  }

  /** `decision` names what was asked; it is only called when something went wrong. */
  ask<T>(decision: string | (() => string), answer: () => T): T {
    const policy = this.#policy;
    try {
      return whileWatched(this.#options.watch, policy, decision, answer);
    } catch (error) {
      const asked = typeof decision === 'string' ? decision : decision();
      const at = this.#handle.now();
      if (error instanceof NonsenseError) throw new PolicyError(policy, asked, at, error.message);
      throw PolicyError.from(error, policy, asked, at);
    }
  }

  state(state: CycleState): CycleState {
    if (this.#view?.original !== state) {
      this.#view = new CycleStateView(state, this.name, (clone) => this.ask('copy of its cycle state', clone));
    }
    return this.#view;
  }
}

function about(what: string, pod: Pod, nodeName?: string): () => string {
  return () => `${what} of pod ${keyOf(pod)}${nodeName === undefined ? '' : ` on ${nodeName}`}`;
}

/** Only the extension points that the plugin has: which ones decides where it runs. */
function guardedMethods(plugin: PluginMethods, guard: Guard, handle: PluginHandle): Plugin {
  const methods: PluginMethods = {};
  const guarded = methods as { -readonly [K in keyof PluginMethods]: PluginMethods[K] };

  if (plugin.eventsToRegister !== undefined) {
    const events = guardedEvents(plugin, guard);
    guarded.eventsToRegister = () => events;
  }
  if (plugin.preEnqueue !== undefined) {
    guarded.preEnqueue = (pod) =>
      guard.ask(about('preEnqueue', pod), () => checkStatus(plugin.preEnqueue!(deepFreeze(pod)), REJECTIONS));
  }
  if (plugin.compare !== undefined) {
    guarded.compare = (a, b) =>
      guard.ask(
        () => `order of pods ${keyOf(a.pod)} and ${keyOf(b.pod)}`,
        () =>
          checkOrder(
            plugin.compare!(
              { pod: deepFreeze(a.pod), enqueuedAt: a.enqueuedAt },
              { pod: deepFreeze(b.pod), enqueuedAt: b.enqueuedAt },
            ),
          ),
      );
  }
  if (plugin.preFilter !== undefined) {
    guarded.preFilter = (state, pod, nodes) =>
      guard.ask(about('preFilter', pod.pod), () =>
        checkPreFilter(plugin.preFilter!(guard.state(state), podView(pod), nodeViews(nodes))),
      );
  }
  for (const method of ['addPod', 'removePod'] as const) {
    if (plugin[method] === undefined) continue;
    guarded[method] = (state, pod, other, node) =>
      guard.ask(
        () => `${method} of ${keyOf(other.pod)} for pod ${keyOf(pod.pod)} on ${node.name}`,
        () =>
          checkStatus(plugin[method]!(guard.state(state), podView(pod), podView(other), nodeView(node)), REJECTIONS),
      );
  }
  if (plugin.filter !== undefined) {
    guarded.filter = (state, pod, node) =>
      guard.ask(about('filter', pod.pod, node.name), () =>
        checkStatus(plugin.filter!(guard.state(state), podView(pod), nodeView(node)), REJECTIONS),
      );
  }
  if (plugin.postFilter !== undefined) {
    guarded.postFilter = (state, pod, statuses) =>
      guard.ask(about('postFilter', pod.pod), () =>
        checkPostFilter(
          plugin.postFilter!(guard.state(state), podView(pod), {
            explicit: new Map(statuses.explicit),
            absent: statuses.absent,
            get: (nodeName) => statuses.get(nodeName),
            tally: () => [...statuses.tally()],
          }),
          handle.snapshot(),
        ),
      );
  }
  if (plugin.preScore !== undefined) {
    guarded.preScore = (state, pod, nodes) =>
      guard.ask(about('preScore', pod.pod), () =>
        checkStatus(plugin.preScore!(guard.state(state), podView(pod), nodeViews(nodes)), [Code.Skip]),
      );
  }
  if (plugin.score !== undefined) {
    const isFinal = plugin.normalizeScores === undefined;
    guarded.score = (state, pod, node) =>
      guard.ask(about('score', pod.pod, node.name), () =>
        checkScore(plugin.score!(guard.state(state), podView(pod), nodeView(node)), isFinal),
      );
  }
  if (plugin.normalizeScores !== undefined) {
    guarded.normalizeScores = (state, pod, scores, nodes) =>
      guard.ask(about('normalizeScores', pod.pod), () => {
        const expected = scores.length;
        const status = checkStatus(
          plugin.normalizeScores!(guard.state(state), podView(pod), scores, nodeViews(nodes)),
          [],
        );
        checkNormalized(scores, expected);
        return status;
      });
  }
  placeMethods(plugin, guarded, guard);
  return Object.assign(guarded, { name: guard.name });
}

/** Reserve, Permit and the steps of binding: all are told a pod and its node. */
function placeMethods(
  plugin: PluginMethods,
  guarded: { -readonly [K in keyof PluginMethods]: PluginMethods[K] },
  guard: Guard,
): void {
  type Step = (state: CycleState, pod: PodInfo, nodeName: string) => unknown;
  const step = <T>(
    method: 'reserve' | 'unreserve' | 'permit' | 'preBind' | 'bind' | 'bindingAnnotations' | 'postBind',
    check: (value: unknown, askOn: <U>(answer: () => U) => U) => T,
  ) => {
    const own = plugin[method] as Step | undefined;
    if (own === undefined) return undefined;
    return (state: CycleState, pod: PodInfo, nodeName: string): T =>
      guard.ask(about(method, pod.pod, nodeName), () =>
        check(own.call(plugin, guard.state(state), podView(pod), nodeName), (answer) =>
          guard.ask(about(method, pod.pod, nodeName), answer),
        ),
      );
  };
  const nothing = (): void => {};
  const steps = {
    reserve: step('reserve', (value) => checkStatus(value, REJECTIONS)),
    unreserve: step('unreserve', nothing),
    permit: step('permit', checkPermit),
    preBind: step('preBind', checkPreBind),
    bind: step('bind', (value) => checkStatus(value, [...REJECTIONS, Code.Skip])),
    bindingAnnotations: step('bindingAnnotations', checkAnnotations),
    postBind: step('postBind', nothing),
  };
  for (const [name, method] of Object.entries(steps))
    if (method !== undefined) Object.assign(guarded, { [name]: method });
  if (guarded.reserve !== undefined && guarded.unreserve === undefined) guarded.unreserve = nothing;
}

function guardedEvents(plugin: PluginMethods, guard: Guard): readonly ClusterEventHint[] {
  return guard.ask('eventsToRegister', () => {
    const registered: unknown = plugin.eventsToRegister!();
    if (!Array.isArray(registered)) throw new NonsenseError(`registered ${shown(registered)}, not a list`);
    return registered.map((entry: unknown) => {
      const { events, hint, sameForEqualPods } = (entry ?? {}) as Partial<ClusterEventHint>;
      if (!Array.isArray(events) || !events.every((event) => typeof event === 'string')) {
        throw new NonsenseError('registered a hint whose events are not a list of texts');
      }
      return {
        events: [...(events as string[])],
        ...(sameForEqualPods === true ? { sameForEqualPods } : {}),
        ...(hint === undefined
          ? {}
          : {
              hint: (pod: Pod, change: Parameters<typeof hint>[1]) =>
                guard.ask(about('queueing hint', pod), () => checkHint(hint(deepFreeze(pod), deepFreeze(change)))),
            }),
      };
    });
  });
}
