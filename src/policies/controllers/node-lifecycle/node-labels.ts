import type { Labels } from '../../../sim/api/meta.ts';
import type { Node } from '../../../sim/api/node.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { ask } from '../requests.ts';

/** Labels with an older name, and whether the older one is to be there where only the newer is. */
const PAIRS: readonly { readonly label: string; readonly older: string; readonly insist: boolean }[] = [
  { label: 'topology.kubernetes.io/region', older: 'failure-domain.beta.kubernetes.io/region', insist: false },
  { label: 'topology.kubernetes.io/zone', older: 'failure-domain.beta.kubernetes.io/zone', insist: false },
  { label: 'kubernetes.io/os', older: 'beta.kubernetes.io/os', insist: true },
  { label: 'kubernetes.io/arch', older: 'beta.kubernetes.io/arch', insist: true },
];

/** What the older names of a node's labels have to say so that they say the same; undefined: they do. */
export function olderLabels({ metadata: { labels } }: Node): Labels | undefined {
  let wanted: Record<string, string> | undefined;
  for (const { label, older, insist } of PAIRS) {
    const value = labels[label];
    const present = labels[older];
    if (value === undefined || present === value || (present === undefined && !insist)) continue;
    (wanted ??= {})[older] = value;
  }
  return wanted;
}

/**
 * One patch, whatever becomes of it: the next change of the node brings it back. As for taints the node is read from the
 * server's watch cache first: a whole new node costs the controller's client four requests, which its bucket feels.
 */
export function* writeOlderLabels(node: Node | undefined): Steps<void> {
  const labels = node === undefined ? undefined : olderLabels(node);
  if (node === undefined || labels === undefined) return;
  const key = node.metadata.name;
  const read = yield* ask({ verb: 'get', kind: 'Node', key, resourceVersion: 0 });
  if (!read.ok) return;
  yield* ask({ verb: 'patch', kind: 'Node', key, patchType: 'strategic', patch: { metadata: { labels } } });
}
