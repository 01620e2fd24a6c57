import type { Change } from '../../sim/api/change.ts';
import type { Namespace } from '../../sim/api/core.ts';
import type { CustomKind } from '../../sim/api/custom-object.ts';
import { factsOf, keyOf, KINDS, type ApiObject, type BuiltInKind, type Kind } from '../../sim/api/kinds.ts';
import { isPodTerminal, type Pod } from '../../sim/api/pod.ts';
import type { Request, Response } from '../../sim/api/request.ts';
import { sameData } from '../../sim/api/equality.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { conditionsOf, Remaining } from './namespace/conditions.ts';
import { ask } from './requests.ts';

const MICROS_PER_SECOND = 1_000_000;
/** Whoever has not heard yet that the namespace goes away may still write for so long. */
const GRACE_MICROS = 5 * MICROS_PER_SECOND;
/** How long finalizers are taken to need. Seconds. */
const FINALIZERS_NEED = 15;

/**
 * In which order kinds go, pods before all others. The real controller goes by an unordered map; owners come before what
 * they own here.
 */
const ORDER: readonly Kind[] = ['ControllerRevision', 'ConfigMap', 'Deployment', 'Service', 'Job', 'StatefulSet'];

/** What is owned by others here, and goes with them where somebody collects it. */
const LAST: readonly Kind[] = ['ReplicaSet', 'EndpointSlice', 'Event'];

function kindsInOrder(customKinds: readonly CustomKind[]): readonly Kind[] {
  const all = [...(Object.keys(KINDS) as BuiltInKind[]), ...customKinds].filter(
    (kind) => factsOf(kind).namespaced && kind !== 'Pod',
  );
  const rest = all.filter((kind) => !ORDER.includes(kind) && !LAST.includes(kind));
  return [...ORDER, ...rest, ...LAST.filter((kind) => kind !== 'Event')];
}

/** Empties namespaces that are going away, and lets them go when nothing is left (kubernetes-behaviour.md 3.13). */
export function namespaceController(customKinds: readonly CustomKind[] = []): ControllerFactory {
  return (host) => new NamespaceController(host, customKinds);
}

class NamespaceController implements Controller {
  readonly name = 'namespace';
  readonly workers = 10;
  readonly retryBackoff = { baseMicros: 5_000, maxMicros: 60 * MICROS_PER_SECOND };
  readonly handlers = {
    Namespace: ({ type, object }: Change<'Namespace'>): void => {
      if (type === 'DELETED' || object.metadata.deletionTimestamp === undefined) return;
      this.#host.enqueueAfter(keyOf(object), GRACE_MICROS);
    },
  };
  readonly #host: ControllerHost;
  readonly #kinds: readonly Kind[];

  constructor(host: ControllerHost, customKinds: readonly CustomKind[]) {
    this.#kinds = kindsInOrder(customKinds);
    this.#host = host;
  }

  *sync(key: string): SyncSteps {
    const read = yield* ask({ verb: 'get', kind: 'Namespace', key });
    if (!read.ok) {
      if (read.reason === 'NotFound') return;
      throw new SyncError(read.message);
    }
    const namespace = read.object as Namespace;
    if (namespace.metadata.deletionTimestamp === undefined || finalizersOf(namespace).length === 0) return;
    const remaining = new Remaining();
    const estimate = yield* this.#deleteContent(namespace, remaining);
    if (estimate > 0) {
      this.#host.enqueueAfter(key, (Math.floor(estimate / 2) + 1) * MICROS_PER_SECOND);
      return;
    }
    const latest = yield* ask({ verb: 'get', kind: 'Namespace', key });
    if (!latest.ok) return;
    const last = latest.object as Namespace;
    const finalizers = finalizersOf(last).filter((one) => one !== 'kubernetes');
    expect(yield* ask({ verb: 'update', object: { ...last, spec: { finalizers } } }));
  }

  /** Deletes what there is, and gives how many seconds the rest will need, 0 where nothing is left. */
  *#deleteContent(namespace: Namespace, remaining: Remaining): Steps<number> {
    const pods = yield* this.#deleteKind('Pod', namespace, remaining);
    if (remaining.count > 0) {
      // Pods go first; what is told of the rest is told as if there were none (recorded).
      yield* this.#writeConditions(namespace, new Remaining());
      if (pods === 0) throw new SyncError(unexpected(namespace, 'Pod'));
      return pods;
    }
    let longest = 0;
    let failed: Kind | undefined;
    for (const kind of this.#kinds) {
      const before = remaining.count;
      const estimate = yield* this.#deleteKind(kind, namespace, remaining);
      if (remaining.count > before && estimate === 0) failed ??= kind;
      longest = Math.max(longest, estimate);
    }
    yield* this.#writeConditions(namespace, remaining);
    if (failed !== undefined) throw new SyncError(unexpected(namespace, failed));
    return longest;
  }

  *#deleteKind(kind: Kind, { metadata }: Namespace, remaining: Remaining): Steps<number> {
    const items = yield* this.#list(kind, metadata.name);
    if (items.length === 0) return 0;
    const estimate = kind === 'Pod' ? this.#gracefulSeconds(items as readonly Pod[], metadata.deletionTimestamp!) : 0;
    const answers: readonly Response[] = yield items.map((object): Request => ({
      verb: 'delete',
      kind,
      key: keyOf(object),
      propagation: 'Background',
    }));
    for (const answer of answers) {
      if (!answer.ok && answer.reason !== 'NotFound' && answer.reason !== 'Conflict')
        throw new SyncError(answer.message);
    }
    const left = yield* this.#list(kind, metadata.name);
    if (left.length === 0) return 0;
    const held = remaining.add(kind, left);
    if (estimate > 0) return estimate;
    return held ? FINALIZERS_NEED : 0;
  }

  /** How long the pods may still take, from when the namespace was deleted on. Whole seconds. */
  #gracefulSeconds(pods: readonly Pod[], deletedAt: number): number {
    let longest = 0;
    for (const pod of pods) {
      if (!isPodTerminal(pod)) longest = Math.max(longest, pod.spec.terminationGracePeriodSeconds ?? 0);
    }
    const passed = (this.#host.now() - deletedAt) / MICROS_PER_SECOND;
    return Math.max(0, Math.floor(longest - passed));
  }

  *#list(kind: Kind, namespace: string): Steps<readonly ApiObject[]> {
    const answer = yield* ask({ verb: 'list', kind, namespace });
    if (!answer.ok) throw new SyncError(answer.message);
    return answer.list?.items ?? [];
  }

  *#writeConditions(namespace: Namespace, remaining: Remaining): Steps<void> {
    const conditions = conditionsOf(remaining, namespace.status.conditions ?? [], this.#host.now());
    if (sameData(conditions, namespace.status.conditions ?? [])) return;
    const status = { ...namespace.status, conditions };
    expect(yield* ask({ verb: 'update', object: { ...namespace, status }, subresource: 'status' }));
  }
}

function finalizersOf({ spec }: Namespace): readonly string[] {
  return spec?.finalizers ?? ['kubernetes'];
}

function unexpected({ metadata }: Namespace, kind: Kind): string {
  return `unexpected items still remain in namespace: ${metadata.name} for gvr: ${factsOf(kind).plural}`;
}

function expect(answer: Response): void {
  if (!answer.ok && answer.reason !== 'NotFound') throw new SyncError(answer.message);
}
