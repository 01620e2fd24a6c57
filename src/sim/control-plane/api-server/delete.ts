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
      ? markPod(current, options.gracePeriodSeconds, finalizers, context)
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

/** The grace a pod gets that was not asked to go before: none where nothing runs; a negative wish means one second. */
function podGrace(pod: Pod, wish: number | undefined): number {
  if (pod.spec.nodeName === undefined || isPodTerminal(pod)) return 0;
  const grace = wish ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  return grace < 0 ? 1 : grace;
}

function markPod(pod: Pod, wish: number | undefined, finalizers: readonly string[], context: WriteContext): ObjectMeta {
  const { metadata } = pod;
  if (metadata.deletionTimestamp !== undefined) return remarkPod(metadata, wish, finalizers, context);
  return markedNow(metadata, podGrace(pod, wish), finalizers, context);
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

/**
 * The same metadata when the request changes nothing. A later deletion may only shorten the grace, counted from the
 * first one; an end that would lie in the past becomes the present, even where that is later than the end that was
 * (recorded: a kubelet that removes an overdue pod), with one second of grace unless none was wished for.
 */
function remarkPod(
  before: ObjectMeta,
  wish: number | undefined,
  finalizers: readonly string[],
  context: WriteContext,
): ObjectMeta {
  const held = before.deletionGracePeriodSeconds ?? 0;
  if (held === 0) {
    // Nothing to shorten; an object that waits only for its finalizers stays as it is.
    return before.finalizers.length === 0 ? metaAt(before, context.revision) : before;
  }
  const graceSeconds = wish !== undefined && wish < 0 ? 1 : wish;
  if (graceSeconds === undefined || graceSeconds >= held) return before;
  const end = before.deletionTimestamp! - (held - graceSeconds) * 1_000_000;
  const isOver = end < context.now;
  return metaWith(before, {
    ...metaChanges(before),
    resourceVersion: context.revision,
    deletionTimestamp: isOver ? wholeSecond(context.now) : end,
    deletionGracePeriodSeconds: isOver ? Math.min(graceSeconds, 1) : graceSeconds,
    finalizers,
  });
}
