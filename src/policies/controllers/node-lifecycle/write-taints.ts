import type { Node } from '../../../sim/api/node.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { ask } from '../requests.ts';
import { changedTaints, type TaintChange } from './taints.ts';

/** What became of an attempt. */
export type Written = 'done' | 'conflict' | 'gone' | 'failed';

/**
 * Reads the node and writes its taints, once: somebody who wrote in between makes it a conflict. The first try reads from
 * the server's watch cache, which is cheaper and a little behind; those after a conflict read what is true.
 */
export function* writeTaints(
  nodeName: string,
  change: TaintChange,
  now: () => number,
  isFirstTry: boolean,
): Steps<Written> {
  const cheaply = isFirstTry ? ({ resourceVersion: 0 } as const) : {};
  const read = yield* ask({ verb: 'get', kind: 'Node', key: nodeName, ...cheaply });
  if (!read.ok) return read.reason === 'NotFound' ? 'gone' : 'failed';
  const node = read.object as Node;
  const taints = changedTaints(node, change, now());
  if (taints === undefined) return 'done';
  const spec = { ...node.spec, taints: taints.length === 0 ? undefined : taints };
  const answer = yield* ask({ verb: 'update', object: { ...node, spec } as Node });
  if (answer.ok) return 'done';
  return answer.reason === 'Conflict' ? 'conflict' : answer.reason === 'NotFound' ? 'gone' : 'failed';
}

const ATTEMPTS = 5;

/** Writes the taints, again and again where others are in the way. */
export function* insistOnTaints(nodeName: string, change: TaintChange, now: () => number): Steps<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const written = yield* writeTaints(nodeName, change, now, attempt === 0);
    if (written !== 'conflict') return written === 'done';
  }
  return false;
}
