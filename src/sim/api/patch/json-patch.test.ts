import { describe, expect, it } from 'vitest';
import type { JsonPatchOperation } from '../request.ts';
import { jsonPatch } from './json-patch.ts';

const patched = (target: unknown, ...operations: JsonPatchOperation[]): unknown => {
  const result = jsonPatch(target, operations);
  return result.ok ? result.value : 'refused';
};

/** The examples of RFC 6902, appendix A, and what its text says besides. */
describe('a JSON patch', () => {
  it('adds members and items', () => {
    expect(patched({ foo: 'bar' }, { op: 'add', path: '/baz', value: 'qux' })).toEqual({ foo: 'bar', baz: 'qux' });
    expect(patched({ foo: ['bar', 'baz'] }, { op: 'add', path: '/foo/1', value: 'qux' })).toEqual({
      foo: ['bar', 'qux', 'baz'],
    });
    expect(patched({ foo: ['bar'] }, { op: 'add', path: '/foo/-', value: ['abc'] })).toEqual({ foo: ['bar', ['abc']] });
    expect(patched({ foo: 1 }, { op: 'add', path: '/foo', value: 2 })).toEqual({ foo: 2 });
    expect(patched({ foo: 1 }, { op: 'add', path: '', value: 2 })).toBe(2);
  });

  it('removes and replaces only what is there', () => {
    expect(patched({ baz: 'qux', foo: 'bar' }, { op: 'remove', path: '/baz' })).toEqual({ foo: 'bar' });
    expect(patched({ foo: ['bar', 'qux', 'baz'] }, { op: 'remove', path: '/foo/1' })).toEqual({ foo: ['bar', 'baz'] });
    expect(patched({ foo: 'bar' }, { op: 'replace', path: '/foo', value: 'boo' })).toEqual({ foo: 'boo' });
    expect(patched({ foo: 'bar' }, { op: 'remove', path: '/baz' })).toBe('refused');
    expect(patched({ foo: 'bar' }, { op: 'replace', path: '/baz', value: 1 })).toBe('refused');
    expect(patched({ foo: ['bar'] }, { op: 'add', path: '/foo/2', value: 1 })).toBe('refused');
    expect(patched({ foo: ['bar'] }, { op: 'remove', path: '/foo/01' })).toBe('refused');
    expect(patched({ foo: 'bar' }, { op: 'add', path: '/baz/bat', value: 'qux' })).toBe('refused');
  });

  it('moves and copies', () => {
    expect(
      patched(
        { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
        { op: 'move', from: '/foo/waldo', path: '/qux/thud' },
      ),
    ).toEqual({ foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } });
    expect(patched({ foo: ['all', 'grass', 'cows', 'eat'] }, { op: 'move', from: '/foo/1', path: '/foo/3' })).toEqual({
      foo: ['all', 'cows', 'eat', 'grass'],
    });
    expect(patched({ a: { b: 1 } }, { op: 'copy', from: '/a', path: '/c' })).toEqual({ a: { b: 1 }, c: { b: 1 } });
    expect(patched({ a: { b: 1 } }, { op: 'move', from: '/a', path: '/a/b' })).toBe('refused');
  });

  it('tests values, and does nothing at all when one test fails', () => {
    const target = { baz: 'qux', foo: ['a', 2, 'c'], '/': 9, '~1': 10 };
    expect(
      patched(target, { op: 'test', path: '/baz', value: 'qux' }, { op: 'test', path: '/foo/1', value: 2 }),
    ).toEqual(target);
    expect(patched(target, { op: 'test', path: '/~01', value: 10 }, { op: 'test', path: '/~1', value: 9 })).toBe(
      target,
    );
    expect(patched(target, { op: 'test', path: '/baz', value: 'bar' })).toBe('refused');
    expect(patched(target, { op: 'test', path: '/nope', value: null })).toBe(target);
    const before = JSON.stringify(target);
    expect(patched(target, { op: 'remove', path: '/baz' }, { op: 'test', path: '/foo/1', value: '2' })).toBe('refused');
    expect(JSON.stringify(target)).toBe(before);
  });
});
