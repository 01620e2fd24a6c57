import type { ControllerRevision } from '../../../sim/api/controller-revision.ts';
import { sameData } from '../../../sim/api/equality.ts';
import { deepFreeze } from '../../../sim/api/freeze.ts';
import type { PodTemplateSpec } from '../../../sim/api/pod.ts';

/** The label that tells the pods of one revision from those of another. */
export const REVISION_LABEL = 'controller-revision-hash';

/** What a revision keeps: the patch that puts the template back into its owner. */
interface TemplatePatch {
  readonly spec: { readonly template: PodTemplateSpec & { readonly $patch: 'replace' } };
}

const patches = new WeakMap<PodTemplateSpec, TemplatePatch>();

/** The data of a revision of this template: the same object for the same template. */
export function patchOf(template: PodTemplateSpec): TemplatePatch {
  let patch = patches.get(template);
  if (patch === undefined) {
    const { metadata, spec } = template;
    patch = deepFreeze({ spec: { template: { $patch: 'replace' as const, metadata, spec } } });
    patches.set(template, patch);
    templates.set(patch, template);
  }
  return patch;
}

const templates = new WeakMap<object, PodTemplateSpec>();

/**
 * The template a revision keeps, the same object each time. `undefined` where the data are none of ours: anybody may
 * write a ControllerRevision.
 */
export function templateOf({ data }: ControllerRevision): PodTemplateSpec | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  let template = templates.get(data);
  if (template !== undefined) return template;
  const kept = (data as Partial<TemplatePatch>).spec?.template;
  if (kept?.metadata === undefined || kept.spec === undefined) return undefined;
  template = deepFreeze({ metadata: kept.metadata, spec: kept.spec });
  templates.set(data, template);
  return template;
}

export function keepsTemplate(revision: ControllerRevision, template: PodTemplateSpec): boolean {
  const patch = patchOf(template);
  return revision.data === patch || sameData(revision.data, patch);
}

/** From the oldest to the newest: by number, then by age, then by name. */
export function inOrder(revisions: readonly ControllerRevision[]): ControllerRevision[] {
  return [...revisions].sort(
    (a, b) =>
      a.revision - b.revision ||
      a.metadata.creationTimestamp - b.metadata.creationTimestamp ||
      (a.metadata.name < b.metadata.name ? -1 : 1),
  );
}
