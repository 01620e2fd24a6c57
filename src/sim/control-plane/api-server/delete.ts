import type { ApiObject, Kind } from '../../api/kinds.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import { metaAt, metaChanges, metaWith, withMetadata } from '../../api/versions.ts';
import type { Namespace } from '../../api/core.ts';
import { isPodTerminal, type Pod } from '../../api/pod.ts';
import type { DeleteOptions } from '../../api/request.ts';
import { wholeSecond, type Outcome, type WriteContext } from './outcome.ts';
import { refuseUnmet } from './preconditions.ts';
import { refuseNotFound } from './refusals.ts';
import { isGone, isHeldBySpec, OF_EVERY_NAMESPACE } from './update.ts';

const DEFAULT_GRACE_SECONDS = 30;

/**
 * DELETE. An object with finalizers, and a pod with a grace period, is only marked; it goes when nothing holds it any
 * more (kubernetes-behaviour.md 2.3).
 */
export function remove(
  current: ApiObject | undefined,
  kind: Kind,
  name: string,
  options: DeleteOptions,
  context: WriteContext,
): Outcome {
  if (current === undefined) return refuseNotFound(kind, name);
  const unmet = refuseUnmet(current, options);
  if (unmet !== undefined) return unmet;
  const before = current.metadata;
  const finalizers = finalizersAfter(current, options.propagation);
  const marked =
    current.kind === 'Pod'
      ? markPod(before, podGrace(current, options.gracePeriodSeconds), finalizers, context)
      : mark(before, finalizers, context);
  if (marked === before) return { does: 'nothing', object: current };
  const object = withMetadata(current.kind === 'Namespace' ? terminating(current) : current, marked);
  if (!isGone(marked) || isHeldBySpec(object)) return { does: 'put', object };
  // Only pods are deleted gracefully, even with no grace: the mark is written, then the pod is removed (recorded).
  const isNews = current.kind === 'Pod' && marked.deletionGracePeriodSeconds !== before.deletionGracePeriodSeconds;
  return isNews ? { does: 'remove', object, marked: true } : { does: 'remove', object };
}

/** A namespace is not gone before it is empty. */
function terminating(namespace: Namespace): Namespace {
  const { spec, status } = namespace;
  return {
    ...namespace,
    spec: spec ?? { finalizers: OF_EVERY_NAMESPACE },
    status: { ...status, phase: 'Terminating' },
  };
}

/** The grace a pod gets: none where nothing runs; a negative wish means one second. */
function podGrace(pod: Pod, wish: number | undefined): number {
  if (pod.spec.nodeName === undefined || isPodTerminal(pod)) return 0;
  const grace = wish ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  return grace < 0 ? 1 : grace;
}

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** The first versions of these left their dependents behind, and still do unless told otherwise. */
const ORPHANS_BY_DEFAULT: ReadonlySet<string> = new Set(['Job', 'ReplicationController']);

/** What the object waits for: a policy in the request overrides the finalizers of an earlier one, those the default. */
function finalizersAfter({ kind, metadata }: ApiObject, wish: DeleteOptions['propagation']): readonly string[] {
  const { finalizers } = metadata;
  const has = finalizers.includes(ORPHAN) ? 'Orphan' : finalizers.includes(FOREGROUND) ? 'Foreground' : undefined;
  const policy = wish ?? has ?? (ORPHANS_BY_DEFAULT.has(kind) ? 'Orphan' : 'Background');
  if (policy === (has ?? 'Background')) return finalizers;
  const others = finalizers.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  if (policy === 'Background') return others;
  return [...others, policy === 'Orphan' ? ORPHAN : FOREGROUND];
}

/** An object without a grace period: asked once, it waits for its finalizers only. */
function mark(before: ObjectMeta, finalizers: readonly string[], context: WriteContext): ObjectMeta {
  if (before.deletionTimestamp === undefined) return markedNow(before, 0, finalizers, context);
  if (finalizers === before.finalizers) return before;
  return metaWith(before, { ...metaChanges(before), resourceVersion: context.revision, finalizers });
}

function markedNow(
  before: ObjectMeta,
  graceSeconds: number,
  finalizers: readonly string[],
  context: WriteContext,
): ObjectMeta {
  return metaWith(before, {
    ...metaChanges(before),
    resourceVersion: context.revision,
    generation: before.generation === 0 ? 0 : before.generation + 1,
    deletionTimestamp: wholeSecond(context.now) + graceSeconds * 1_000_000,
    deletionGracePeriodSeconds: graceSeconds,
    finalizers,
  });
}

/** The same metadata when the request changes nothing: a later deletion may only shorten the grace. */
function markPod(
  before: ObjectMeta,
  graceSeconds: number,
  finalizers: readonly string[],
  context: WriteContext,
): ObjectMeta {
  const asked = before.deletionTimestamp;
  if (asked === undefined) return markedNow(before, graceSeconds, finalizers, context);
  const held = before.deletionGracePeriodSeconds ?? 0;
  if (graceSeconds >= held) {
    // Nothing to shorten; an object that waits only for its finalizers stays as it is.
    return graceSeconds === 0 && held === 0 && before.finalizers.length === 0
      ? metaAt(before, context.revision)
      : before;
  }
  const requestedAt = asked - held * 1_000_000;
  const now = wholeSecond(context.now);
  const end = Math.max(requestedAt + graceSeconds * 1_000_000, now);
  return metaWith(before, {
    ...metaChanges(before),
    resourceVersion: context.revision,
    deletionTimestamp: end,
    deletionGracePeriodSeconds: graceSeconds === 0 ? 0 : Math.max(1, (end - now) / 1_000_000),
    finalizers,
  });
}
