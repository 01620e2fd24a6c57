import type { Manifest } from '../manifests.ts';
import type { Path } from '../document.ts';
import type { Problem, ProblemSink } from '../problem.ts';

/**
 * What cannot be true of one cluster: two objects with one uid (an error: which of them is meant?), and pods on nodes that
 * are not there (a warning for each such node: the recording is probably a part).
 */
export function reportInconsistencies(
  recorded: readonly Manifest[],
  hasNode: (name: string) => boolean,
  report: ProblemSink,
): void {
  const byUid = new Map<string, Manifest>();
  const missing = new Map<string, Manifest[]>();
  for (const manifest of recorded) {
    const { object } = manifest;
    const { uid } = object.metadata;
    const twin = uid === '' ? undefined : byUid.get(uid);
    if (twin === undefined) byUid.set(uid, manifest);
    else report(sameUid(manifest, twin));
    if (object.kind !== 'Pod') continue;
    const { nodeName = '' } = object.spec;
    if (nodeName === '' || hasNode(nodeName)) continue;
    const others = missing.get(nodeName);
    if (others === undefined) missing.set(nodeName, [manifest]);
    else others.push(manifest);
  }
  for (const [name, pods] of missing) report(unknownNode(name, pods));
}

function sameUid(manifest: Manifest, twin: Manifest): Problem {
  const { uid } = manifest.object.metadata;
  return {
    ...at(manifest, ['metadata', 'uid']),
    code: 'duplicate',
    severity: 'error',
    message: `uid \`${uid}\` is that of another object`,
    related: [{ ...at(twin, ['metadata', 'uid']), label: 'the other one' }],
  };
}

function unknownNode(name: string, pods: readonly Manifest[]): Problem {
  const [first] = pods as readonly [Manifest, ...Manifest[]];
  const others = pods.length === 1 ? '' : `, and so are ${pods.length - 1} more`;
  return {
    ...at(first, ['spec', 'nodeName']),
    code: 'unknown-node',
    severity: 'warning',
    message: `pod ${first.object.metadata.name} is bound to node \`${name}\`, which is not there${others}: the pod garbage collector will delete it`,
    help: 'record the nodes too: kubectl get nodes,pods,deployments -A -o json',
  };
}

function at(
  { document, path }: Manifest,
  member: Path,
): Pick<Problem, 'source' | 'span'> & { span: NonNullable<Problem['span']> } {
  const { source, span } = document.locate([...path, ...member]);
  return { source, span };
}
