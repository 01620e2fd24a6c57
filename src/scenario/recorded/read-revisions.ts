import type { ControllerRevision } from '../../sim/api/controller-revision.ts';
import { decodeObject } from '../../sim/api/decode/decode-object.ts';
import type { ApiObject } from '../../sim/api/kinds.ts';
import { podTemplateOf } from '../../sim/api/pod-template.ts';

/**
 * Recorded revisions with their templates read as those of workloads are, so that a controller finds its set's own
 * template among them. Data that are no template stay as they are.
 */
export function readRevisions(recorded: readonly ApiObject[]): ApiObject[] {
  return recorded.map((object) => (object.kind === 'ControllerRevision' ? readRevision(object) : object));
}

function readRevision(revision: ControllerRevision): ControllerRevision {
  const kept = (revision.data as { readonly spec?: { readonly template?: unknown } } | null)?.spec?.template;
  if (typeof kept !== 'object' || kept === null) return revision;
  const { $patch, ...written } = kept as {
    readonly $patch?: unknown;
    readonly metadata?: { readonly labels?: unknown };
  };
  const set = decodeObject(
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'revision' },
      spec: { selector: { matchLabels: written.metadata?.labels }, template: written },
    },
    () => {},
  );
  const template = set === undefined ? undefined : podTemplateOf(set);
  if (template === undefined) return revision;
  return { ...revision, data: { spec: { template: { $patch, metadata: template.metadata, spec: template.spec } } } };
}
