/** A member of the cluster: its index, from 0. */
export type MemberId = number;

/** No member: nobody voted for, no leader known. */
export const NOBODY: MemberId = -1;

/** One position of the replicated log. Entries are shared between members, never copied. */
export interface Entry {
  readonly term: number;
  readonly index: number;
  /** What was proposed; undefined in the empty entry with which a leader begins its term. */
  readonly data: unknown;
}

interface Envelope {
  readonly from: MemberId;
  readonly to: MemberId;
  /** The sender's term, or the one it asks votes for. */
  readonly term: number;
}

/** What members say to each other; named as in etcd's raft. */
export type Message =
  | (Envelope & {
      readonly type: 'MsgApp';
      /** The entry before the first one sent. */
      readonly index: number;
      readonly logTerm: number;
      readonly entries: readonly Entry[];
      readonly commit: number;
    })
  | (Envelope & {
      readonly type: 'MsgAppResp';
      readonly index: number;
      readonly reject: boolean;
      /** Of a rejection: where the leader should try next. */
      readonly hint: number;
    })
  | (Envelope & { readonly type: 'MsgHeartbeat'; readonly commit: number; readonly context: number })
  | (Envelope & { readonly type: 'MsgHeartbeatResp'; readonly context: number })
  | (Envelope & {
      readonly type: 'MsgVote' | 'MsgPreVote';
      readonly index: number;
      readonly logTerm: number;
      /** The leader asked for this election: nobody's lease stands in its way. */
      readonly transfer: boolean;
    })
  | (Envelope & { readonly type: 'MsgVoteResp' | 'MsgPreVoteResp'; readonly reject: boolean })
  | (Envelope & { readonly type: 'MsgTimeoutNow' })
  | (Envelope & { readonly type: 'MsgProp'; readonly data: readonly unknown[] })
  | (Envelope & { readonly type: 'MsgReadIndex'; readonly context: number })
  | (Envelope & { readonly type: 'MsgReadIndexResp'; readonly index: number; readonly context: number })
  | (Envelope & { readonly type: 'MsgSnap'; readonly snapshot: Snapshot })
  | (Envelope & { readonly type: 'MsgTransferLeader'; readonly transferee: MemberId });

/** The state after an entry stands for all entries up to it. */
export interface Snapshot {
  readonly index: number;
  readonly term: number;
}
