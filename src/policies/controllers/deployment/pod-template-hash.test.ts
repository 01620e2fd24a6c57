import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { PodTemplateSpec } from '../../../sim/api/pod.ts';
import { template } from '../../../../test/doubles/workload-objects.ts';
import { POD_TEMPLATE_HASH, podTemplateHash, sameTemplate, withoutHash } from './pod-template-hash.ts';

function withHash(one: PodTemplateSpec): PodTemplateSpec {
  return { ...one, metadata: { ...one.metadata, labels: { ...one.metadata.labels, [POD_TEMPLATE_HASH]: 'x' } } };
}

describe('the hash of a pod template', () => {
  it('is spelt in letters and digits that make no words', () => {
    fc.assert(
      fc.property(fc.string(), (image) => {
        expect(podTemplateHash(template(image), undefined)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
      }),
    );
  });

  it('is that of FNV-1a over its text', () => {
    // 32-bit FNV-1a in whole numbers, over the text written out by hand.
    const text = '{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"image":"img:1","name":"c"}]}}';
    let hash = 2_166_136_261n;
    for (const unit of text) hash = ((hash ^ BigInt(unit.charCodeAt(0))) * 16_777_619n) % 2n ** 32n;
    const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
    const spelt = [...String(hash)].map((digit) => alphabet[digit.charCodeAt(0) % 27]).join('');
    expect(podTemplateHash(template('img:1'), undefined)).toBe(spelt);
  });

  it('is the same for the same content, in whatever order and with or without what says nothing', () => {
    const a = template();
    const b: PodTemplateSpec = {
      spec: { nodeSelector: {}, volumes: [], containers: [{ image: 'img:1', name: 'c', ports: [] }] },
      metadata: { annotations: {}, labels: { app: 'web' } },
    };
    expect(podTemplateHash(b, undefined)).toBe(podTemplateHash(a, undefined));
    expect(sameTemplate(a, b)).toBe(true);
  });

  it('differs with any image, label or annotation, and with each collision', () => {
    const base = template();
    const others = [
      template('img:2'),
      template('img:1', { app: 'web', tier: 'x' }),
      { ...base, metadata: { ...base.metadata, annotations: { a: 'b' } } },
      { ...base, spec: { ...base.spec, volumes: [{ name: 'v', emptyDir: {} }] } },
    ];
    const hashes = [base, ...others].map((one) => podTemplateHash(one, undefined));
    hashes.push(podTemplateHash(base, 1), podTemplateHash(base, 2), podTemplateHash(base, 256));
    expect(new Set(hashes).size).toBe(hashes.length);
    for (const other of others) expect(sameTemplate(base, other)).toBe(false);
  });

  it('tells an empty source of a volume from none', () => {
    const base = template();
    const a = { ...base, spec: { ...base.spec, volumes: [{ name: 'v', emptyDir: {} }] } };
    const b = { ...base, spec: { ...base.spec, volumes: [{ name: 'v' }] } };
    expect(sameTemplate(a, b)).toBe(false);
  });

  it('does not look at the label it ends in', () => {
    const base = template();
    expect(sameTemplate(base, withHash(base))).toBe(true);
    expect(podTemplateHash(withHash(base), undefined)).toBe(podTemplateHash(base, undefined));
    expect(withoutHash(withHash(base))).toEqual(base);
  });
});
