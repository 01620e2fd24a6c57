import type { ApiObject } from '../../api/kinds.ts';
import type { FeatureGates } from '../../scenario/parameters.ts';

/**
 * Takes away the fields whose feature gate is off, unless the stored object has them already: what was allowed once
 * stays. The very same object comes back when there is nothing to take.
 */
export function withoutDisabledFields(
  object: ApiObject,
  stored: ApiObject | undefined,
  gates: FeatureGates | undefined,
): ApiObject {
  if (object.kind !== 'StatefulSet' || gates?.MaxUnavailableStatefulSet !== false) return object;
  const { updateStrategy } = object.spec;
  const { rollingUpdate } = updateStrategy;
  if (rollingUpdate?.maxUnavailable === undefined) return object;
  if (stored?.kind === 'StatefulSet' && stored.spec.updateStrategy.rollingUpdate?.maxUnavailable !== undefined) {
    return object;
  }
  const { maxUnavailable: _dropped, ...rest } = rollingUpdate;
  return { ...object, spec: { ...object.spec, updateStrategy: { ...updateStrategy, rollingUpdate: rest } } };
}
