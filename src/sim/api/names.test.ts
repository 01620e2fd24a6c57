import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byteLength,
  configKeyProblems,
  dns1035LabelProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  envNameProblems,
  labelKeyProblems,
  labelValueProblems,
  percentProblems,
  portNameProblems,
  withoutTrailingDash,
} from './names.ts';

const right: [(text: string) => string[], string[]][] = [
  [dnsLabelProblems, ['a', 'a-b', '0', 'a'.repeat(63)]],
  [dnsSubdomainProblems, ['a', 'a.b', 'a-1.b-2.c', '10.0.0.1', ('a'.repeat(63) + '.').repeat(3) + 'b'.repeat(61)]],
  [dns1035LabelProblems, ['a', 'a-1']],
  [labelKeyProblems, ['a', 'A_b.c-d', 'example.com/x', 'a'.repeat(63), 'constructor']],
  [labelValueProblems, ['', 'a', 'A_b.c-d', '1']],
  [portNameProblems, ['http', 'a1', '9a', 'http-2']],
  [envNameProblems, ['PATH', 'a.b-c', '1A', 'a b', '~']],
  [configKeyProblems, ['a', '.a', 'A_b.c']],
  [percentProblems, ['0%', '25%', '1000%']],
];
const wrong: [(text: string) => string[], string[]][] = [
  [dnsLabelProblems, ['', 'A', '-a', 'a-', 'a.b', 'a_b', 'a'.repeat(64), 'a\n']],
  [dnsSubdomainProblems, ['', 'A', 'a..b', '.a', 'a.', 'a_b', 'a'.repeat(254)]],
  [dns1035LabelProblems, ['1a', '', 'a.b']],
  [labelKeyProblems, ['', '/a', 'a/', 'a/b/c', 'A.com/b', '-a', 'a'.repeat(64), '__proto__']],
  [labelValueProblems, ['-a', 'a b', 'a'.repeat(64), 'é']],
  [portNameProblems, ['', '80', 'HTTP', 'a--b', '-a', 'a-', 'sixteencharacter']],
  [envNameProblems, ['A=B', 'ä', 'a\tb']],
  [configKeyProblems, ['', '.', '..', '..a', 'a b', 'a/b']],
  [percentProblems, ['', '%', '25', '-1%', '2.5%', '1 %']],
];

describe('names', () => {
  it('accept what Kubernetes accepts', () => {
    for (const [problems, texts] of right) {
      for (const text of texts) expect(problems(text), `${problems.name} ${text}`).toEqual([]);
    }
  });

  it('refuse what Kubernetes refuses', () => {
    for (const [problems, texts] of wrong) {
      for (const text of texts) expect(problems(text), `${problems.name} ${text}`).not.toEqual([]);
    }
  });

  it('say it in the words of the API server', () => {
    expect(dnsLabelProblems('a.b')).toEqual(['must not contain dots']);
    expect(percentProblems('x%')).toEqual([
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ]);
    expect(dnsSubdomainProblems('Bad')).toEqual([
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ]);
    expect(labelKeyProblems('a/b/c')).toHaveLength(1);
    expect(labelKeyProblems('/')).toHaveLength(3);
  });

  it('count bytes, not characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(byteLength(text)).toBe(Buffer.byteLength(text, 'utf8'));
      }),
    );
  });

  it('judge a long and nasty name at once', () => {
    expect(dnsSubdomainProblems('a.'.repeat(100_000) + '!')).toHaveLength(2);
    expect(labelValueProblems('-'.repeat(1_000_000))).toHaveLength(2);
  });

  it('let the prefix of a generated name end in a dash', () => {
    expect(withoutTrailingDash('web-')).toBe('wea');
    expect(dnsSubdomainProblems(withoutTrailingDash('web-'))).toEqual([]);
    expect(withoutTrailingDash('-')).toBe('-');
  });
});
