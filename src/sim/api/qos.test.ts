import { describe, expect, it } from 'vitest';
import type { ResourceRequirements } from './pod.ts';
import { qosClassOf } from './qos.ts';

function qos(...resources: (ResourceRequirements | undefined)[]): string {
  return qosClassOf({
    containers: resources.map((each, index) => ({
      name: `c${index}`,
      image: 'i',
      ...(each === undefined ? {} : { resources: each }),
    })),
  });
}
const full = { cpu: '1', memory: '1Gi' };

describe('quality of service', () => {
  it('is Guaranteed when all is limited and requested alike', () => {
    expect(qos({ requests: full, limits: full })).toBe('Guaranteed');
    expect(qos({ requests: { cpu: '1000m', memory: '1024Mi' }, limits: full })).toBe('Guaranteed');
    expect(qos({ requests: full, limits: full }, { requests: full, limits: full })).toBe('Guaranteed');
  });

  it('is BestEffort when nobody asks for CPU or memory', () => {
    expect(qos(undefined)).toBe('BestEffort');
    expect(qos({ requests: { 'ephemeral-storage': '1Gi' } })).toBe('BestEffort');
    expect(qos({ requests: { cpu: '0' } })).toBe('BestEffort');
  });

  it('is Burstable otherwise', () => {
    expect(qos({ requests: full })).toBe('Burstable');
    expect(qos({ requests: { cpu: '1' }, limits: { cpu: '1' } })).toBe('Burstable');
    expect(qos({ requests: full, limits: full }, undefined)).toBe('Burstable');
    expect(qos({ requests: { cpu: '500m', memory: '1Gi' }, limits: full })).toBe('Burstable');
  });

  it('counts init containers', () => {
    const container = { name: 'c', image: 'i', resources: { requests: full, limits: full } };
    expect(qosClassOf({ containers: [container], initContainers: [{ name: 'i', image: 'i' }] })).toBe('Burstable');
  });

  it('goes by what is set for the pod as a whole', () => {
    const containers = [{ name: 'c', image: 'i' }];
    expect(qosClassOf({ containers, resources: { requests: full, limits: full } })).toBe('Guaranteed');
    expect(qosClassOf({ containers, resources: { requests: full } })).toBe('Burstable');
    expect(qosClassOf({ containers, resources: {} })).toBe('BestEffort');
  });
});
