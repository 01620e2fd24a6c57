import { describe, expect, it } from 'vitest';
import { compileNodeSelector, compileNodeSelectorTerm, compileRequiredNodeAffinity } from './node-selector.ts';

const node = { metadata: { name: 'n1', labels: { zone: 'a', cores: '16' } } };

describe('node selectors', () => {
  it('need one of their terms, and of a term everything', () => {
    const zoneA = { matchExpressions: [{ key: 'zone', operator: 'In' as const, values: ['a'] }] };
    const zoneB = { matchExpressions: [{ key: 'zone', operator: 'In' as const, values: ['b'] }] };
    const both = { matchExpressions: [...zoneA.matchExpressions, ...zoneB.matchExpressions] };
    expect(compileNodeSelector({ nodeSelectorTerms: [zoneB, zoneA] })(node)).toBe(true);
    expect(compileNodeSelector({ nodeSelectorTerms: [both] })(node)).toBe(false);
  });

  it('match no node when empty', () => {
    expect(compileNodeSelector({ nodeSelectorTerms: [] })(node)).toBe(false);
    expect(compileNodeSelectorTerm({})(node)).toBe(false);
    expect(compileNodeSelectorTerm({ matchExpressions: [], matchFields: [] })(node)).toBe(false);
  });

  it('compare numbers', () => {
    const more = (than: string): boolean =>
      compileNodeSelectorTerm({ matchExpressions: [{ key: 'cores', operator: 'Gt', values: [than] }] })(node);
    expect([more('15'), more('16'), more('many')]).toEqual([true, false, false]);
  });

  it('know a node by its name', () => {
    const field = (operator: 'In' | 'NotIn', name: string): boolean =>
      compileNodeSelectorTerm({ matchFields: [{ key: 'metadata.name', operator, values: [name] }] })(node);
    expect([field('In', 'n1'), field('In', 'n2'), field('NotIn', 'n1'), field('NotIn', 'n2')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('let a pod with neither selector nor affinity go anywhere', () => {
    expect(compileRequiredNodeAffinity({ containers: [] })(node)).toBe(true);
  });

  it('want both the map and the affinity of a pod', () => {
    const affinity = (zone: string) => ({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In' as const, values: [zone] }] }],
        },
      },
    });
    const fits = (cores: string, zone: string): boolean =>
      compileRequiredNodeAffinity({ containers: [], nodeSelector: { cores }, affinity: affinity(zone) })(node);
    expect([fits('16', 'a'), fits('8', 'a'), fits('16', 'b')]).toEqual([true, false, false]);
  });
});
