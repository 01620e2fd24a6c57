import { requestTimeoutOf } from '../../src/sim/control-plane/etcd/options.ts';
import { Harness, type LogEvent } from './harness.ts';
import { ClosedLoop, OpenLoop } from './load.ts';
import { MACHINE, machineOptions } from './machine.ts';
import type { Recording } from './recording.ts';
import { clusterOf } from './timers.ts';

type Fault = 'kill' | 'move' | 'stop' | 'term';

const MILLISECOND = 1_000;
/** A process that starts again is not found before this: the probing client's own back-off. */
const PROBE_BACK_OFF_MICROS = 505_000;

/** The leader is killed, frozen, ended or moved, while closed-loop and open-loop clients write. */
export function runEtcdFamily(recording: Recording, repeats: number, seed: string): Record<string, unknown>[] {
  const fault = /-(kill|move|stop|term)$/.exec(recording.name)?.[1] as Fault | undefined;
  if (fault === undefined) return [];
  return Array.from({ length: repeats }, (_, rep) => repeat(recording, fault, rep, `${seed}/${rep}`));
}

function repeat(recording: Recording, fault: Fault, rep: number, seed: string): Record<string, unknown> {
  const cluster = clusterOf(recording);
  const { members, heartbeatInterval, electionTimeout } = cluster;
  const harness = new Harness(machineOptions(cluster), seed, 2 + rep);
  const ids = Array.from({ length: members }, (_, id) => id);
  const pins = ids.map((id) => new ClosedLoop(harness, [id], 15 * MILLISECOND, 15_000 * MILLISECOND));
  const all = new ClosedLoop(harness, ids, 15 * MILLISECOND, 15_000 * MILLISECOND);
  harness.wait(1_500 * MILLISECOND + harness.noise.below(electionTimeout));
  const old = harness.cluster.leader;
  const survivors = ids.filter((id) => id !== old);
  const oldTerm = harness.cluster.members[old]!.process!.raft.term;
  harness.wait(250 * MILLISECOND + harness.noise.below(3 * heartbeatInterval));
  const oneSurvivor = new OpenLoop(harness, [survivors[0]!], 50 * MILLISECOND, 12_000 * MILLISECOND);
  const roundRobin = new OpenLoop(harness, ids, 50 * MILLISECOND, 12_000 * MILLISECOND);
  harness.wait(149_900);

  const faultAt = harness.now;
  const exit = fault === 'kill' ? harness.draw(MACHINE.exit) : 0;
  let exitedAt = fault === 'kill' ? faultAt + exit : -1;
  let callEndedAt = -1;
  harness.cluster.observe({ ended: (id) => (exitedAt = id === old && fault === 'term' ? harness.now : exitedAt) });
  if (fault === 'kill' || fault === 'stop') harness.cluster.freeze(old);
  if (fault === 'kill') harness.at(exitedAt, () => harness.cluster.kill(old));
  if (fault === 'term') harness.cluster.terminate(old);
  if (fault === 'move') {
    const transferee = survivors[rep % survivors.length]!;
    harness.later(harness.draw(MACHINE.client), () => harness.cluster.moveLeader(old, transferee));
    const look = (): void => {
      if (harness.cluster.members[old]!.process!.raft.lead === transferee) callEndedAt = harness.now;
      else harness.later(heartbeatInterval, look);
    };
    harness.later(heartbeatInterval, look);
  }

  const know = (): boolean =>
    survivors.every((id) => {
      const { raft } = harness.cluster.members[id]!.process!;
      return raft.lead >= 0 && raft.term > oldTerm;
    });
  harness.waitUntil(know, 5 * MILLISECOND, 60_000 * MILLISECOND);
  if (fault === 'move') harness.waitUntil(() => callEndedAt >= 0, 5 * MILLISECOND, 10_000 * MILLISECOND);
  harness.wait(Math.floor(electionTimeout / 2) + 335 * MILLISECOND);
  const live = [...survivors.map((id) => pins[id]!), all];
  const limit = requestTimeoutOf(cluster) + 500 * MILLISECOND - (harness.now - faultAt);
  harness.waitUntil(() => live.every((loop) => loop.hangingMicros < 300_000), 50 * MILLISECOND, Math.max(0, limit));
  oneSurvivor.stop();
  harness.waitUntil(() => oneSurvivor.idle, 2 * MILLISECOND, 20_000 * MILLISECOND);
  roundRobin.stop();
  harness.waitUntil(() => roundRobin.idle, 2 * MILLISECOND, 20_000 * MILLISECOND);
  if (fault === 'term') {
    harness.waitUntil(() => exitedAt >= 0, MILLISECOND, 20_000 * MILLISECOND);
    harness.wait(harness.draw(MACHINE.exit));
  }

  const returnedAt = harness.now;
  let returns = 0;
  if (fault === 'kill' || fault === 'term') harness.cluster.start(old);
  if (fault === 'stop') harness.cluster.thaw(old);
  if (fault !== 'move') {
    const back = (): boolean => {
      const { serving, process } = harness.cluster.members[old]!;
      return serving && process!.raft.lead >= 0 && process!.raft.lead !== old;
    };
    harness.waitUntil(back, MILLISECOND, 60_000 * MILLISECOND);
    const answered = harness.now - returnedAt + harness.draw(MACHINE.probe);
    const least = fault === 'stop' ? 0 : PROBE_BACK_OFF_MICROS + harness.draw(MACHINE.probe) * 2;
    returns = Math.max(answered, least);
    harness.wait(Math.max(0, returnedAt + returns - harness.now));
  }
  harness.waitUntil(() => harness.agreed(), 5 * MILLISECOND, 60_000 * MILLISECOND);
  harness.wait(75 * MILLISECOND);
  for (const loop of [...pins, all]) loop.stop();

  // What was frozen or buffered comes out after the clients have gone: then the keys are read back.
  const atEnd = [...pins, all].flatMap((loop) => loop.writes);
  harness.wait(1_000 * MILLISECOND);
  const elections = electionTimes(harness.log, survivors, faultAt, oldTerm);
  const acked = atEnd.filter((write) => write.error === undefined);
  const failed = atEnd.filter((write) => write.error !== undefined);
  const pinned = survivors.map((id) => pins[id]!);
  const ms = (micros: number): number => Math.round(micros / 100) / 10;
  return {
    rep,
    old_term: oldTerm,
    new_term: harness.cluster.members[harness.cluster.leader]!.process!.raft.term,
    ...elections,
    stall_all_ms: ms(all.stall(faultAt)),
    stall_survivor_min_ms: ms(Math.min(...pinned.map((loop) => loop.stall(faultAt)))),
    stall_survivor_max_ms: ms(Math.max(...pinned.map((loop) => loop.stall(faultAt)))),
    stall_old_leader_ms: ms(pins[old]!.stall(faultAt)),
    errors_all: all.errors(),
    errors_survivors: pinned.reduce((sum, loop) => sum + loop.errors(), 0),
    errors_old_leader: pins[old]!.errors(),
    acked: acked.length,
    acked_lost: acked.filter((write) => !write.present).length,
    failed: failed.length,
    failed_but_present: failed.filter((write) => write.present).length,
    exit_ms: exitedAt < 0 ? 0 : ms(exitedAt - faultAt + (fault === 'term' ? harness.draw(MACHINE.exit) : 0)),
    call_ms: callEndedAt < 0 ? 0 : ms(callEndedAt - faultAt),
    returns_ms: ms(returns),
    ...openLoop('one_survivor', oneSurvivor, faultAt),
    ...openLoop('round_robin', roundRobin, faultAt),
  };
}

function electionTimes(log: readonly LogEvent[], survivors: readonly number[], faultAt: number, oldTerm: number) {
  const events = log.filter(({ at, member }) => at >= faultAt && survivors.includes(member));
  const became = (role: string): LogEvent[] =>
    events.filter(({ change }) => 'became' in change && change.became === role);
  const ms = (at: number | undefined): number => (at === undefined ? 0 : Math.round((at - faultAt) / 100) / 10);
  const known = survivors.map(
    (id) =>
      events.find(
        ({ member, change }) => member === id && 'leader' in change && change.leader >= 0 && change.term > oldTerm,
      )?.at,
  );
  const times = known.filter((at) => at !== undefined);
  return {
    first_precandidate_ms: ms(became('pre-candidate')[0]?.at),
    first_candidate_ms: ms(became('candidate')[0]?.at),
    leader_ms: ms(became('leader')[0]?.at),
    known_first_ms: ms(Math.min(...times)),
    known_last_ms: ms(Math.max(...times)),
    precandidacies: became('pre-candidate').length,
    candidacies: became('candidate').length,
  };
}

/** `n` counts writes begun after the fault; a write hung when it failed with a time-out. */
function openLoop(name: string, loop: OpenLoop, faultAt: number): Record<string, number> {
  const after = loop.writes.filter((write) => write.begun >= faultAt - MILLISECOND);
  const acks = after.filter((write) => write.error === undefined).map((write) => write.ended);
  const hung = after.filter((write) => write.ended - write.begun > 1_000_000);
  const ms = (at: number | undefined): number => (at === undefined ? 0 : Math.round((at - faultAt) / 100) / 10);
  return {
    [`${name}_n`]: after.length,
    [`${name}_errors`]: after.filter((write) => write.error !== undefined).length,
    [`${name}_first_ack_ms`]: ms(acks.length === 0 ? undefined : Math.min(...acks)),
    [`${name}_last_hung_start_ms`]: ms(hung[hung.length - 1]?.begun),
  };
}
