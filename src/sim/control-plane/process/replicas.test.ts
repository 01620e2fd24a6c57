import { describe, expect, it } from 'vitest';
import type { Lease } from '../../api/core.ts';
import { makeNamespace } from '../../../../test/doubles/objects.ts';
import { Engine } from '../../engine/engine.ts';
import { DEFAULT_PARAMETERS } from '../../default-parameters.ts';
import { SimulatedApiServer } from '../api-server/api-server.ts';
import { LEADER_ELECTION } from '../leader-election/parameters.ts';
import { Replicas, type Exit } from './replicas.ts';

const SECOND = 1_000_000;

/** Two replicas of a component that says when it acts. */
function rig(seed: string, releaseOnCancel = false, restarts = false) {
  const engine = new Engine({ seed });
  const api = new SimulatedApiServer(engine, DEFAULT_PARAMETERS);
  api.install(makeNamespace('kube-system'));
  const acts: { readonly who: string; readonly at: number }[] = [];
  const answers: string[] = [];
  const exits: (Exit & { readonly at: number })[] = [];
  let lease: Lease | undefined;
  api.observe(({ change }) => {
    if (change.object.kind === 'Lease') lease = change.object;
  });
  const replicas = new Replicas(
    engine,
    api,
    {
      name: 'component',
      replicas: 2,
      election: { ...LEADER_ELECTION, releaseOnCancel },
      main: (process, processApi) => {
        const client = processApi.client('component', { qps: 1, burst: 1 });
        const act = process.on('acts', () => {
          acts.push({ who: process.name, at: engine.now });
          client.send({ verb: 'get', kind: 'Namespace', key: 'kube-system' }, () => answers.push(process.name));
          process.after(SECOND, act);
        });
        return () => process.after(0, act);
      },
    },
    restarts,
  );
  replicas.onExit = (exit) => exits.push({ ...exit, at: engine.now });
  const tick = engine.on('test/tick', () => undefined);
  const pass = (seconds: number): void => {
    const until = engine.now + Math.round(seconds * SECOND);
    engine.at(until, tick);
    engine.run({ until });
  };
  const awaitHolder = (not: string): number => {
    const from = engine.now;
    while (lease!.spec.holderIdentity === not || lease!.spec.holderIdentity === '') {
      if (engine.now > from + 60 * SECOND) throw new Error('nobody took over');
      pass(0.01);
    }
    return (engine.now - from) / SECOND;
  };
  return { engine, replicas, acts, answers, exits, pass, awaitHolder, lease: () => lease! };
}

describe('the replicas of an elected component', () => {
  it('has one leader, whose Lease the other respects', () => {
    const { replicas, acts, pass, lease } = rig('1');
    pass(60);
    expect(new Set(acts.map(({ who }) => who)).size).toBe(1);
    expect(lease().spec.leaseTransitions).toBe(0);
    expect(replicas.find('standby')).toBe(1 - replicas.leader!);
  });

  it('has a new leader 15 to 23.8 s after the last renewal of one that was killed', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { replicas, pass, awaitHolder, lease, engine } = rig(`kill ${seed}`);
      pass(6 + seed / 20);
      const { holderIdentity, renewTime } = lease().spec;
      replicas.kill(replicas.leader!);
      awaitHolder(holderIdentity);
      const sinceRenewal = (engine.now - renewTime) / SECOND;
      expect(sinceRenewal).toBeGreaterThanOrEqual(15);
      expect(sinceRenewal).toBeLessThanOrEqual(23.8);
      expect(lease().spec.leaseTransitions).toBe(1);
    }
  });

  it('gives the Lease back on SIGTERM where it does so, and the other takes it at its next try', () => {
    const { replicas, pass, awaitHolder, exits, lease } = rig('2', true);
    pass(7);
    const { holderIdentity } = lease().spec;
    replicas.terminate(replicas.leader!);
    expect(awaitHolder(holderIdentity)).toBeLessThan(4.5);
    expect(exits).toMatchObject([{ code: 0 }]);
  });

  it('dies of SIGTERM where it does not', () => {
    const { replicas, pass, awaitHolder, exits, lease } = rig('3');
    pass(7);
    const { holderIdentity } = lease().spec;
    replicas.terminate(replicas.leader!);
    expect(awaitHolder(holderIdentity)).toBeGreaterThan(13);
    expect(exits).toMatchObject([{ code: -15 }]);
  });

  it('has two leaders for ten seconds when one that was frozen goes on, and then the old one exits', () => {
    const { replicas, pass, awaitHolder, acts, exits, lease, engine } = rig('4');
    pass(7);
    const frozen = replicas.leader!;
    const { holderIdentity } = lease().spec;
    replicas.pause(frozen);
    const before = acts.length;
    awaitHolder(holderIdentity);
    pass(5);
    expect(acts.slice(before).every(({ who }) => who === `component-${1 - frozen}`)).toBe(true);
    const resumedAt = engine.now;
    replicas.resume(frozen);
    pass(12);
    expect(exits).toMatchObject([{ replica: frozen, code: 1 }]);
    expect((exits[0]!.at - resumedAt) / SECOND).toBeCloseTo(10, 1);
    const late = acts.filter(({ who, at }) => who === `component-${frozen}` && at >= resumedAt);
    expect(late.length).toBeGreaterThanOrEqual(10);
  });

  it('is started again by its kubelet when it has ended by itself: at once, and later each time', () => {
    const { replicas, pass, exits } = rig('4', false, true);
    pass(20);
    for (let i = 1; i <= 3; i++) {
      const struck = replicas.leader!;
      replicas.pause(struck);
      pass(30);
      replicas.resume(struck);
      pass(10.1);
      expect(exits).toHaveLength(i);
      expect(replicas.find(struck)).toBe(struck);
    }
    const before = exits.length;
    pass(60);
    expect(exits).toHaveLength(before);
    expect(replicas.leader).toBeDefined();
  });

  it('hears nothing more once it is dead: answers and waiting requests end with the process', () => {
    const { replicas, pass, acts, answers } = rig('5');
    pass(6.9);
    const leader = replicas.leader!;
    replicas.kill(leader);
    const answered = answers.length;
    const acted = acts.length;
    pass(3);
    expect(acts).toHaveLength(acted);
    expect(answers).toHaveLength(answered);
  });

  it('starts again with another identity, and has to wait for its own old Lease', () => {
    const { replicas, pass, awaitHolder, lease } = rig('6');
    pass(7);
    const leader = replicas.leader!;
    replicas.kill(1 - leader);
    const { holderIdentity } = lease().spec;
    replicas.kill(leader);
    replicas.start(leader);
    expect(awaitHolder(holderIdentity)).toBeGreaterThan(13);
    expect(replicas.leader).toBe(leader);
  });
});
