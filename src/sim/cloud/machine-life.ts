import type { Node } from '../api/node.ts';
import type { InstanceError, MachineState } from '../policy-api/cloud.ts';

/** One machine of the cloud, from the moment somebody asked for it. Microseconds. */
export interface MachineLife {
  readonly index: number;
  readonly name: string;
  /** Its node group, or for whom it was launched. */
  readonly pool: string;
  /** Empty: as its node group says. */
  readonly instanceType: string;
  readonly zone: string;
  /** What its kubelet registers. */
  readonly node: Node;
  readonly pricePerHour: number | undefined;
  readonly askedAt: number;
  state: MachineState;
  /** Why it was never made. */
  error: InstanceError | undefined;
  /** When it ran; undefined: not yet, or never. */
  runningAt: number | undefined;
  goneAt: number | undefined;
}
