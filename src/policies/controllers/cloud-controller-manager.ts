import type { ControllerProcess } from '../../sim/policy-api/controllers.ts';
import { cloudNodeLifecycle } from './cloud-node-lifecycle.ts';

/** The component that every cluster on a cloud has; of its controllers the one that takes away Nodes without machines. */
export const CLOUD_CONTROLLER_MANAGER: ControllerProcess = {
  process: 'cloud-controller-manager',
  client: { qps: 20, burst: 30 },
  controllers: [cloudNodeLifecycle],
};
