import type { ControllerFactory } from '../../sim/policy-api/controllers.ts';
import { deployment } from './deployment.ts';
import { ENDPOINT_SLICE_DEFAULTS, endpointSlice, type EndpointSliceSettings } from './endpoint-slice.ts';
import { garbageCollector } from './garbage-collector.ts';
import { replicaSet, replicationController } from './replica-set.ts';

export interface ControllerSettings {
  readonly endpointSlice: EndpointSliceSettings;
}

export const CONTROLLER_DEFAULTS: ControllerSettings = { endpointSlice: ENDPOINT_SLICE_DEFAULTS };

/** Every controller there is, by the name under which it is known; kube-controller-manager's `--controllers` uses the same. */
export function controllers(
  settings: ControllerSettings = CONTROLLER_DEFAULTS,
): ReadonlyMap<string, ControllerFactory> {
  return new Map<string, ControllerFactory>([
    ['deployment-controller', deployment],
    ['replicaset-controller', replicaSet],
    ['replicationcontroller-controller', replicationController],
    ['endpointslice-controller', endpointSlice(settings.endpointSlice)],
    ['garbage-collector-controller', garbageCollector],
  ]);
}
