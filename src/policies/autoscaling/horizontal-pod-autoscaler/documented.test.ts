import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../sim/api/pod.ts';
import type { PodMetric } from './pod-groups.ts';
import { byAverageValue, byUtilization, type Situation } from './replica-calculator.ts';

const NOW = 1_000_000_000;

function running(count: number): Pod[] {
  return Array.from({ length: count }, (_, i): Pod => ({
    kind: 'Pod',
    metadata: {
      name: `p${i}`,
      namespace: 'default',
      uid: `p${i}`,
      resourceVersion: 1,
      generation: 1,
      creationTimestamp: 0,
      labels: {},
      annotations: {},
      ownerReferences: [],
      finalizers: [],
    },
    spec: { containers: [{ name: 'c', image: 'i:1', resources: { requests: { cpu: '1' } } }] },
    status: { phase: 'Running', startTime: 0, conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: 0 }] },
  }));
}

function situation(pods: readonly Pod[]): Situation {
  return {
    currentReplicas: pods.length,
    pods,
    tolerances: { scaleUp: 0.1, scaleDown: 0.1 },
    times: { cpuInitializationPeriod: 300_000_000, initialReadinessDelay: 30_000_000 },
    now: NOW,
  };
}

function samples(pods: readonly Pod[], value: number): Map<string, PodMetric> {
  return new Map(pods.map(({ metadata }) => [metadata.name, { value, timestamp: NOW, windowMicros: 10_000_000 }]));
}

describe('documented sequences of the horizontal pod autoscaler', () => {
  it('hpa-305: one replica at 305 % of a target of 50 % becomes seven', () => {
    const pods = running(1);
    expect(byUtilization(situation(pods), samples(pods, 3_050), 'cpu', undefined, 50)).toMatchObject({
      replicas: 7,
      utilization: 305,
    });
  });

  it('hpa-0: without load nothing is asked for', () => {
    const pods = running(7);
    expect(byUtilization(situation(pods), samples(pods, 0), 'cpu', undefined, 50)).toMatchObject({ replicas: 0 });
  });

  it('kubernetriks-hpa: a load of 8, then 2, then 8, shared by pods that can do 1 each', () => {
    let replicas = 5;
    const pass = (load: number): number => {
      const pods = running(replicas);
      const usage = Math.min(1_000, Math.floor((load * 1_000) / replicas));
      const proposal = byAverageValue(situation(pods), samples(pods, usage), true, 600);
      if ('error' in proposal) throw new Error(proposal.error);
      return (replicas = proposal.replicas);
    };
    expect([pass(8), pass(8), pass(8)]).toEqual([9, 14, 14]);
    expect([pass(2), pass(2)]).toEqual([4, 4]);
    expect([pass(8), pass(8), pass(8), pass(8)]).toEqual([7, 12, 14, 14]);
  });
});
