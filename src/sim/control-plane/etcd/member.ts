import type { EtcdError } from './errors.ts';
import type { Proposal } from './history.ts';
import type { MemberProcess } from './member-process.ts';
import type { MemberRequests } from './member-requests.ts';
import { WriteAheadLog } from './write-ahead-log.ts';
import type { MemberId } from './raft/message.ts';

/** What a member's process is doing. A frozen one exists and does nothing. */
export type MemberState = 'down' | 'starting' | 'running' | 'stopping';

/** A request of a client, as it arrives at a member. */
export interface EtcdRequest {
  readonly kind: 'read' | 'serializable-read' | 'write';
  readonly proposal: Proposal | undefined;
  /** Undefined: it went well. */
  readonly respond: (error: EtcdError | undefined) => void;
}

/** One member: the disk, which stays, and the process, which comes and goes. */
export class Member {
  readonly id: MemberId;
  wal = new WriteAheadLog();
  state: MemberState = 'down';
  /** Grows with every start and every end of the process: what was meant for an earlier life reaches nobody. */
  generation = 0;
  frozen = false;
  /** Whether it is started again as soon as it has ended. */
  startsAgain = false;
  /** What reached a frozen process, in order: it happens when the process goes on. */
  readonly suspended: { readonly proposes: boolean; readonly happen: () => void }[] = [];
  process: MemberProcess | undefined;
  requests: MemberRequests | undefined;
  /** Whether it accepts clients: from when it has published itself through raft, until it begins to stop. */
  serving = false;
  /** Whether its leader changed since waiting requests were last looked at. */
  leaderNews = false;
  /** When in a heartbeat interval its clock ticks: it begins with the process. */
  tickPhase = 0;

  constructor(id: MemberId) {
    this.id = id;
  }
}
