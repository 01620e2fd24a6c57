import type { Recording } from './recording.ts';

/** A cluster as its folder describes it. Times in microseconds. */
export interface RecordedCluster {
  readonly members: number;
  readonly heartbeatInterval: number;
  readonly electionTimeout: number;
  readonly preVote: boolean;
}

/** Members and timers: from the name (`5m`, `50-500`, `noprevote`), else from the flags, else etcd's defaults. */
export function clusterOf({ name, flags, input }: Recording): RecordedCluster {
  const cluster = (input['cluster'] ?? {}) as { etcd?: { members?: number } };
  const members = Number(/-(\d)m(?:-|$)/.exec(name)?.[1] ?? cluster.etcd?.members ?? 3);
  const timers = /-\dm-(\d+)-(\d+)(?:-|$)/.exec(name);
  const heartbeat = Number(timers?.[1] ?? numberOf(flags['--heartbeat-interval']) ?? 100);
  const election = Number(timers?.[2] ?? numberOf(flags['--election-timeout']) ?? 1000);
  const preVoteFlag = String(flags['--pre-vote'] ?? 'true');
  return {
    members,
    heartbeatInterval: heartbeat * 1_000,
    electionTimeout: election * 1_000,
    preVote: !name.includes('noprevote') && !preVoteFlag.startsWith('false'),
  };
}

function numberOf(flag: unknown): number | undefined {
  const value = Number.parseFloat(String(flag));
  return Number.isFinite(value) ? value : undefined;
}

/** The first `<n> s` after a word, in microseconds. */
export function secondsAfter(words: string, word: string): number | undefined {
  const match = new RegExp(`${word} (\\d+(?:\\.\\d+)?) s\\b`).exec(words);
  return match === null ? undefined : Number(match[1]) * 1_000_000;
}
