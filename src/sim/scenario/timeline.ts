import type { KubectlCommand } from './kubectl.ts';
import type { Fault } from './faults.ts';

export interface TimelineEntry {
  readonly atMicros: number;
  /** As written, for messages. */
  readonly text: string;
  readonly command: KubectlCommand;
}

export interface FaultEntry {
  readonly atMicros: number;
  /** As written, for messages. */
  readonly text: string;
  readonly fault: Fault;
}

/** What an administrator does to the size of a node group. */
export interface ResizeEntry {
  readonly atMicros: number;
  readonly nodeGroup: string;
  readonly size: number;
}

/** What an administrator does to etcd's database: to all members at once, and in no time. */
export interface EtcdctlEntry {
  readonly atMicros: number;
  /** Takes the NOSPACE alarm back; forgets the history up to now; gives free pages of the file back. */
  readonly command: 'alarm disarm' | 'compact' | 'defrag';
}
