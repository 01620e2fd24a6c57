import { KINDS, type ApiObject, type Kind } from '../../api/kinds.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import { metaAt, metaChanges, metaWith, withMetadata } from '../../api/versions.ts';
import { isPodTerminal, type Pod } from '../../api/pod.ts';
import { refuse, wholeSecond, type Outcome, type WriteContext } from './outcome.ts';
import { isGone } from './update.ts';

export interface DeleteOptions {
  readonly uid?: string | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan' | undefined;
}

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
  if (current === undefined) return refuse('NotFound', `${KINDS[kind].plural} "${name}" not found`);
  if (options.uid !== undefined && options.uid !== current.metadata.uid) {
    return refuse(
      'Conflict',
      `the uid in the precondition (${options.uid}) does not match the uid in record (${current.metadata.uid})`,
    );
  }
  const graceSeconds = current.kind === 'Pod' ? podGrace(current, options.gracePeriodSeconds) : 0;
  // A Job of batch/v1 leaves its pods behind unless told otherwise, as its first version did.
  const propagation = options.propagation ?? (kind === 'Job' ? 'Orphan' : undefined);
  const finalizers = withPropagation(current.metadata.finalizers, propagation);
  const before = current.metadata;
  const marked = mark(before, graceSeconds, finalizers, context);
  if (marked === before) return { does: 'nothing', object: current };
  const object = withMetadata(current, marked);
  if (!isGone(marked)) return { does: 'put', object };
  // Only pods are deleted gracefully, even with no grace: the mark is written, then the pod is removed (recorded).
  const isNews = current.kind === 'Pod' && marked.deletionGracePeriodSeconds !== before.deletionGracePeriodSeconds;
  return isNews ? { does: 'remove', object, marked: true } : { does: 'remove', object };
}

/** The grace a pod gets: none where nothing runs; a negative wish means one second. */
function podGrace(pod: Pod, wish: number | undefined): number {
  if (pod.spec.nodeName === undefined || isPodTerminal(pod)) return 0;
  const grace = wish ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  return grace < 0 ? 1 : grace;
}

function withPropagation(finalizers: readonly string[], propagation: DeleteOptions['propagation']): readonly string[] {
  const wanted = propagation === 'Foreground' ? 'foregroundDeletion' : propagation === 'Orphan' ? 'orphan' : undefined;
  return wanted === undefined || finalizers.includes(wanted) ? finalizers : [...finalizers, wanted];
}

/** The same metadata when the request changes nothing: a later deletion may only shorten the grace. */
function mark(
  before: ObjectMeta,
  graceSeconds: number,
  finalizers: readonly string[],
  context: WriteContext,
): ObjectMeta {
  const asked = before.deletionTimestamp;
  if (asked === undefined) {
    return metaWith(before, {
      ...metaChanges(before),
      resourceVersion: context.revision,
      generation: before.generation + 1,
      deletionTimestamp: wholeSecond(context.now) + graceSeconds * 1_000_000,
      deletionGracePeriodSeconds: graceSeconds,
      finalizers,
    });
  }
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
