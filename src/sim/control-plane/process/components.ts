import { sampler } from '../../engine/samplers.ts';
import type { CloudProvider } from '../../policy-api/cloud.ts';
import type { ControllerFactory } from '../../policy-api/controllers.ts';
import type { Parameters } from '../../scenario/parameters.ts';
import { ControllerManager } from '../controller-manager.ts';
import type { WorkQueueObserver } from '../work-queue.ts';
import { LEADER_ELECTION, type LeaderElectionParameters } from '../leader-election/parameters.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { ComponentApi } from './process-api.ts';
import type { Process } from './process.ts';
import type { ElectedComponent } from './replicas.ts';

/**
 * kube-controller-manager: a candidate does nothing but stand for election; the leader first fills its caches. It does not
 * give its Lease back on SIGTERM (kubernetes-behaviour.md 3.0).
 */
export function controllerManagers(
  replicas: number,
  parameters: Parameters,
  factories: readonly ControllerFactory[],
  election: LeaderElectionParameters = LEADER_ELECTION,
  observeQueue?: (controller: string) => WorkQueueObserver,
  cloud?: CloudProvider,
): ElectedComponent {
  const { cacheSync, cacheSyncPerObject } = parameters.controllerManager;
  const synced = sampler(cacheSync);
  return {
    name: 'kube-controller-manager',
    replicas,
    election,
    main: (process, api) => () => {
      const stream = process.stream('controller-manager/cache-sync');
      const syncMicros = (objects: number): number => synced(stream) + objects * cacheSyncPerObject;
      new ControllerManager(process, api, parameters, factories, { syncMicros, observeQueue, cloud });
    },
  };
}

/** kube-scheduler: candidates keep their caches warm; SIGTERM gives the Lease back (kubernetes-behaviour.md 3.0). */
export function schedulers(
  replicas: number,
  make: (process: Process, api: ComponentApi) => Scheduler,
  election: LeaderElectionParameters = { ...LEADER_ELECTION, releaseOnCancel: true },
): ElectedComponent {
  return {
    name: 'kube-scheduler',
    replicas,
    election,
    main: (process, api) => {
      const scheduler = make(process, api);
      return () => scheduler.lead();
    },
  };
}
