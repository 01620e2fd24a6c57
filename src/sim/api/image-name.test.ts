import { describe, expect, it } from 'vitest';
import { parseImageName, pullPolicyOf } from './image-name.ts';

const digest = 'sha256:' + 'a'.repeat(64);

describe('image names', () => {
  it('come apart', () => {
    expect(parseImageName('nginx')).toEqual({ repository: 'nginx', tag: undefined, digest: undefined });
    expect(parseImageName('localhost:5000/a/b:v1')).toEqual({
      repository: 'localhost:5000/a/b',
      tag: 'v1',
      digest: undefined,
    });
    expect(parseImageName(`reg.io/a@${digest}`)).toEqual({ repository: 'reg.io/a', tag: undefined, digest });
    expect(parseImageName(`reg.io/a:1@${digest}`)?.tag).toBe('1');
  });

  it('are some or none', () => {
    for (const image of [
      'Nginx',
      'a//b',
      'a b',
      'a:',
      'a:b:c',
      'a@b',
      '-a',
      ' a',
      '',
      'http://a/b',
      'a/B',
      'x'.repeat(300),
    ]) {
      expect(parseImageName(image), image).toBeUndefined();
    }
    for (const image of ['a_b', 'a__b', 'a-b.c', 'REG.io/a', '[::1]:5000/a', 'a:V1_2.3-x']) {
      expect(parseImageName(image), image).toBeDefined();
    }
  });

  it('say whether the image is pulled every time', () => {
    expect(pullPolicyOf('nginx')).toBe('Always');
    expect(pullPolicyOf('nginx:latest')).toBe('Always');
    expect(pullPolicyOf('localhost:5000/nginx')).toBe('Always');
    expect(pullPolicyOf('nginx:1.25')).toBe('IfNotPresent');
    expect(pullPolicyOf(`nginx@${digest}`)).toBe('IfNotPresent');
    expect(pullPolicyOf(`nginx:latest@${digest}`)).toBe('Always');
    expect(pullPolicyOf('Not An Image')).toBe('IfNotPresent');
  });
});
