import { z } from 'zod';
import type { ApiObject } from '../sim/api/kinds.ts';
import { formatDuration } from '../sim/engine/time.ts';
import type { CloudSpec } from '../sim/scenario/cloud.ts';
import type { FaultEntry } from '../sim/scenario/timeline.ts';
import type { NodePool } from '../sim/scenario/cluster.ts';
import type { Remark } from './build-scenario.ts';
import type { Path } from './document.ts';
import {
  apiServerFaultOf,
  apiServerFaultSchema,
  problemOfApiServerFault,
  textOfApiServerFault,
  type WrittenApiServerFault,
} from './api-server-faults.ts';
import {
  componentFaultOf,
  componentFaultSchema,
  problemOfComponentFault,
  type WrittenComponentFault,
} from './component-faults.ts';
import { cloudFaultOf, cloudFaultSchema } from './cloud.ts';
import { etcdFaultOf, etcdFaultSchema, problemOfEtcdFault, type WrittenEtcdFault } from './etcd-faults.ts';
import { networkFaultOf, networkFaultSchema, textOfNetworkFault, type WrittenNetworkFault } from './network-faults.ts';
import { runawayClientOf, runawayClientSchema } from './runaway-client.ts';
import { checkPlaces, machineFaultOf, machineFaultSchemas, textOfMachineFault } from './machine-faults.ts';
import { comparedNames, placesOf } from './places.ts';

export const faultSchema = z
  .discriminatedUnion('kind', [
    ...machineFaultSchemas,
    etcdFaultSchema,
    componentFaultSchema,
    apiServerFaultSchema,
    networkFaultSchema,
    runawayClientSchema,
    cloudFaultSchema,
  ])
  .describe(
    'What the world does to nodes, to the cloud, to members of etcd, to the processes of the control plane and to the network between them.',
  );

type WrittenFault = z.output<typeof faultSchema>;

/** How many of each stand in the control plane. */
interface ControlPlane {
  readonly etcdMembers: number;
  readonly apiServers: number;
  readonly controllerManagers: number;
  readonly schedulers: number;
  /** The names of workloads and traces: clients of their own. */
  readonly workloads: readonly string[];
}

function isEtcdFault(fault: WrittenFault): fault is WrittenEtcdFault {
  return 'member' in fault;
}

function isComponentFault(fault: WrittenFault): fault is WrittenComponentFault {
  return 'replica' in fault;
}

function isNetworkFault(fault: WrittenFault): fault is WrittenNetworkFault {
  return fault.kind === 'NetworkPartition' || fault.kind === 'NetworkLatency';
}

function isApiServerFault(fault: WrittenFault): fault is WrittenApiServerFault {
  return fault.kind.startsWith('ApiServer');
}

/** Reads the faults of the timeline, in order of time, and looks up what they name. */
export function readFaults(
  timeline: readonly { readonly at: number; readonly fault?: WrittenFault | undefined }[],
  pools: readonly NodePool[],
  objects: readonly ApiObject[],
  control: ControlPlane,
  cloud: CloudSpec | undefined,
  endMicros: number,
  remark: Remark,
): FaultEntry[] {
  const places = placesOf(pools, cloud, objects);
  const entries: FaultEntry[] = [];
  for (const [index, { at, fault }] of timeline.entries()) {
    if (fault === undefined) continue;
    if (at > endMicros) {
      remark(['spec', 'timeline', index, 'at'], {
        code: 'too-late',
        severity: 'warning',
        message: `this never happens: the run ends at ${formatDuration(endMicros)}`,
      });
    }
    const path: Path = ['spec', 'timeline', index, 'fault'];
    if (isEtcdFault(fault)) {
      const problem = problemOfEtcdFault(fault, control.etcdMembers);
      const help = 'set `cluster.controlPlane.etcd.members`';
      if (problem !== undefined) remark([...path, 'member'], { code: 'unknown-member', message: problem, help });
      entries.push({ atMicros: at, text: `${fault.kind} ${fault.member}`, fault: etcdFaultOf(fault) });
      continue;
    }
    if (isComponentFault(fault)) {
      const problem = problemOfComponentFault(fault, control);
      const help = 'set `cluster.controlPlane.controllerManagers` or `schedulers`';
      if (problem !== undefined) remark([...path, 'replica'], { code: 'unknown-replica', message: problem, help });
      entries.push({ atMicros: at, text: `${fault.kind} ${fault.replica}`, fault: componentFaultOf(fault) });
      continue;
    }
    if (isApiServerFault(fault)) {
      const problem = problemOfApiServerFault(fault, control);
      const help = 'set `cluster.controlPlane.apiServers`';
      if (problem !== undefined) remark([...path, 'instance'], { code: 'unknown-replica', message: problem, help });
      entries.push({ atMicros: at, text: textOfApiServerFault(fault), fault: apiServerFaultOf(fault) });
      continue;
    }
    if (isNetworkFault(fault)) {
      const known = { ...control, ...places, nodes: () => comparedNames(places.nodes()) };
      const read = networkFaultOf(fault, known, path, remark);
      if (read !== undefined) entries.push({ atMicros: at, text: textOfNetworkFault(fault), fault: read });
      continue;
    }
    if (fault.kind === 'RunawayClient') {
      entries.push({ atMicros: at, text: `${fault.kind} ${fault.user}`, fault: runawayClientOf(fault) });
      continue;
    }
    if (fault.kind === 'CloudStockOut') {
      const text = `${fault.kind} ${fault.nodeGroup ?? `zone ${fault.zone}`}`;
      entries.push({ atMicros: at, text, fault: cloudFaultOf(fault, cloud, path, remark) });
      continue;
    }
    checkPlaces(fault, places, path, remark);
    entries.push({ atMicros: at, text: textOfMachineFault(fault), fault: machineFaultOf(fault) });
  }
  return entries.sort((a, b) => a.atMicros - b.atMicros);
}
