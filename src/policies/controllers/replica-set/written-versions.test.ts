import { describe, expect, it } from 'vitest';
import { WrittenVersions } from './written-versions.ts';

const KEY = 'default/web';

describe('the consistency gate', () => {
  it('is open for an object on whose behalf nothing was written', () => {
    expect(new WrittenVersions().hasRead(KEY)).toBe(true);
  });

  it('is shut until the cache of every written kind has read as far as the newest write', () => {
    const versions = new WrittenVersions();
    versions.wroteAt(KEY, 'u1', 'Pod', 7);
    versions.wroteAt(KEY, 'u1', 'Pod', 5);
    versions.wroteAt(KEY, 'u1', 'ReplicaSet', 9);
    versions.observe('Pod', 7);
    expect(versions.hasRead(KEY)).toBe(false);
    versions.observe('ReplicaSet', 8);
    expect(versions.hasRead(KEY)).toBe(false);
    versions.observe('ReplicaSet', 12);
    expect(versions.hasRead(KEY)).toBe(true);
  });

  it('holds back no other object', () => {
    const versions = new WrittenVersions();
    versions.wroteAt(KEY, 'u1', 'Pod', 7);
    expect(versions.hasRead('default/other')).toBe(true);
  });

  it('forgets an object of the same name that came before', () => {
    const versions = new WrittenVersions();
    versions.wroteAt(KEY, 'u1', 'Pod', 7);
    versions.wroteAt(KEY, 'u2', 'ReplicaSet', 3);
    versions.observe('ReplicaSet', 3);
    expect(versions.hasRead(KEY)).toBe(true);
  });

  it('drops a record only for the uid it belongs to', () => {
    const versions = new WrittenVersions();
    versions.wroteAt(KEY, 'u1', 'Pod', 7);
    versions.forget(KEY, 'u0');
    expect(versions.hasRead(KEY)).toBe(false);
    versions.forget(KEY, 'u1');
    expect(versions.hasRead(KEY)).toBe(true);
  });
});
