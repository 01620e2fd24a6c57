import {
  CONTROLLER_UID_LABEL,
  JOB_NAME_LABEL,
  OLD_CONTROLLER_UID_LABEL,
  OLD_JOB_NAME_LABEL,
  type JobSpec,
} from '../../api/batch.ts';
import { deepFreeze } from '../../api/freeze.ts';
import type { ObjectMeta } from '../../api/meta.ts';

/**
 * A new Job gets a selector by its own uid, and its pods the labels that match it: nobody else's pods can ever be taken
 * for its. One that brings a selector of its own says so with `manualSelector`.
 */
export function withGeneratedSelector(spec: JobSpec, { name, uid }: ObjectMeta): JobSpec {
  if (spec.manualSelector === true) return spec;
  const { template } = spec;
  const labels = {
    ...template.metadata.labels,
    [CONTROLLER_UID_LABEL]: uid,
    [OLD_CONTROLLER_UID_LABEL]: uid,
    [JOB_NAME_LABEL]: name,
    [OLD_JOB_NAME_LABEL]: name,
  };
  return deepFreeze({
    ...spec,
    selector: { ...spec.selector, matchLabels: { ...spec.selector?.matchLabels, [CONTROLLER_UID_LABEL]: uid } },
    template: { ...template, metadata: { ...template.metadata, labels } },
  });
}
