import type { ApiObject } from '../kinds.ts';
import type { Pod, PodSpec } from '../pod.ts';
import { SCHEMAS } from '../schema/kinds.ts';
import { deepFreeze } from '../freeze.ts';
import { fillDefaults } from './fill-defaults.ts';
import { podSpecWithDefaults } from './pod-spec.ts';

/**
 * Fills in what the API server fills in (kubernetes-behaviour.md 7.6). Applying it again changes nothing, an object
 * that lacks nothing comes back as it is, and pods that share a spec share the completed one.
 */
export function applyDefaults<T extends ApiObject>(object: T): T {
  if (object.kind === 'Pod') return withPodDefaults(object) as T;
  return fillDefaults(SCHEMAS[object.kind], object) as T;
}

const completed = new WeakMap<PodSpec, PodSpec>();

/** Once a spec: all pods of a template then have the same one. */
function withPodDefaults(pod: Pod): Pod {
  let spec = completed.get(pod.spec);
  if (spec === undefined) {
    spec = deepFreeze(podSpecWithDefaults(pod.spec));
    completed.set(pod.spec, spec);
    completed.set(spec, spec);
  }
  return spec === pod.spec ? pod : { ...pod, spec };
}
