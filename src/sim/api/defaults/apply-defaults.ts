import { customResource, isCustomKind } from '../custom-object.ts';
import type { ApiObject } from '../kinds.ts';
import type { Pod, PodSpec } from '../pod.ts';
import { schemaOf } from '../schema/kinds.ts';
import { deepFreeze } from '../freeze.ts';
import { fillDefaults } from './fill-defaults.ts';
import { podSpecWithDefaults } from './pod-spec.ts';

/**
 * Fills in what the API server fills in (kubernetes-behaviour.md 7.6). Applying it again changes nothing, an object
 * that lacks nothing comes back as it is, and pods that share a spec share the completed one.
 */
export function applyDefaults<T extends ApiObject>(object: T): T {
  if (object.kind === 'Pod') return withPodDefaults(object) as T;
  if (isCustomKind(object.kind)) return withOwnStatus(fillDefaults(schemaOf(object.kind), object) as T) as T;
  return fillDefaults(schemaOf(object.kind), object) as T;
}

/** Where the status is written apart there always is one to write to, if an empty one. */
function withOwnStatus(object: ApiObject): ApiObject {
  if ('status' in object || !customResource(object.kind).hasStatus) return object;
  return { ...object, status: undefined } as ApiObject;
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
