import { allOf, compileRequirement, type LabelPredicate, type Requirement } from './label-selector.ts';
import type { LabelSelector } from './meta.ts';
import { labelKeyProblems, labelValueProblems } from './names.ts';

export type ParsedSelector =
  | { readonly ok: true; readonly requirements: readonly Requirement[] }
  | { readonly ok: false; readonly message: string };

type Token = { readonly kind: 'word' | 'symbol' | 'end'; readonly text: string };

const SYMBOLS = ['==', '!=', '=', '!', '(', ')', ',', '>', '<'];

/** Words end at white space and at symbols; `in` and `notin` are words like others, told apart by their place. */
function tokens(text: string): Token[] {
  const list: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (/\s/.test(char)) {
      at += 1;
      continue;
    }
    const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, at));
    if (symbol !== undefined) {
      list.push({ kind: 'symbol', text: symbol });
      at += symbol.length;
      continue;
    }
    const start = at;
    while (at < text.length && !/[\s=!(),<>]/.test(text.charAt(at))) at += 1;
    list.push({ kind: 'word', text: text.slice(start, at) });
  }
  list.push({ kind: 'end', text: '' });
  return list;
}

class SelectorSyntaxError extends Error {}

/**
 * Parses what `kubectl -l` takes (kubernetes-behaviour.md 7.2): `a`, `!a`, `a=b`, `a==b`, `a!=b`, `a in (b,c)`,
 * `a notin (b,c)`, `a>1`, `a<1`, separated by commas. An empty text selects everything.
 */
export function parseSelectorText(text: string): ParsedSelector {
  try {
    return { ok: true, requirements: parse(tokens(text)) };
  } catch (error) {
    if (error instanceof SelectorSyntaxError) return { ok: false, message: error.message };
    throw error;
  }
}

/** The predicate of parsed requirements. */
export function compileRequirements(requirements: readonly Requirement[]): LabelPredicate {
  return allOf(requirements.map(compileRequirement));
}

function parse(list: readonly Token[]): Requirement[] {
  let at = 0;
  const END: Token = { kind: 'end', text: '' };
  const peek = (): Token => list[at] ?? END;
  const next = (): Token => list[at++] ?? END;
  const show = (token: Token): string => (token.kind === 'end' ? 'the end' : `'${token.text}'`);
  const isSymbol = (token: Token, text: string): boolean => token.kind === 'symbol' && token.text === text;

  function key(): string {
    const token = next();
    if (token.kind !== 'word') throw new SelectorSyntaxError(`found ${show(token)}, expected a label key`);
    const [problem] = labelKeyProblems(token.text);
    if (problem !== undefined) throw new SelectorSyntaxError(`key '${token.text}': ${problem}`);
    return token.text;
  }
  function checked(value: string): string {
    const [problem] = labelValueProblems(value);
    if (problem !== undefined) throw new SelectorSyntaxError(`value '${value}': ${problem}`);
    return value;
  }
  /** A value may be left out: `a=` and `in (a,)` mean the empty text. */
  function word(): string {
    return peek().kind === 'word' ? checked(next().text) : '';
  }
  function set(): string[] {
    const open = next();
    if (!isSymbol(open, '(')) throw new SelectorSyntaxError(`found ${show(open)}, expected '('`);
    const values = [word()];
    for (;;) {
      const token = next();
      if (isSymbol(token, ')')) break;
      if (!isSymbol(token, ',')) throw new SelectorSyntaxError(`found ${show(token)}, expected ',' or ')'`);
      values.push(word());
    }
    return values
      .filter((value, index) => values.indexOf(value) === index)
      .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }
  function requirement(): Requirement {
    if (isSymbol(peek(), '!')) {
      next();
      return { key: key(), operator: 'DoesNotExist' };
    }
    const name = key();
    const token = peek();
    if (token.kind === 'end' || isSymbol(token, ',')) return { key: name, operator: 'Exists' };
    next();
    if (token.kind === 'word' && token.text === 'in') return { key: name, operator: 'In', values: set() };
    if (token.kind === 'word' && token.text === 'notin') return { key: name, operator: 'NotIn', values: set() };
    if (isSymbol(token, '=') || isSymbol(token, '==')) return { key: name, operator: 'In', values: [word()] };
    if (isSymbol(token, '!=')) return { key: name, operator: 'NotIn', values: [word()] };
    if (isSymbol(token, '>') || isSymbol(token, '<')) {
      const bound = word();
      if (!/^[+-]?[0-9]+$/.test(bound)) {
        throw new SelectorSyntaxError(`for '${token.text}' the value must be an integer, found '${bound}'`);
      }
      return { key: name, operator: token.text === '>' ? 'Gt' : 'Lt', values: [bound] };
    }
    throw new SelectorSyntaxError(`found ${show(token)}, expected one of: in, notin, =, ==, !=, >, <`);
  }

  const requirements: Requirement[] = [];
  if (peek().kind === 'end') return requirements;
  for (;;) {
    requirements.push(requirement());
    const token = next();
    if (token.kind === 'end') break;
    if (!isSymbol(token, ',')) throw new SelectorSyntaxError(`found ${show(token)}, expected ',' or the end`);
    if (peek().kind === 'end') throw new SelectorSyntaxError('found the end, expected a requirement after the comma');
  }
  return requirements;
}

/** A selector as the API shows it in the scale subresource: its requirements in order of their keys. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const terms = Object.keys(matchLabels).map((key) => ({ key, term: `${key}=${matchLabels[key] ?? ''}` }));
  for (const { key, operator, values = [] } of matchExpressions) {
    const set = `(${[...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join(',')})`;
    const term = { In: `${key} in ${set}`, NotIn: `${key} notin ${set}`, Exists: key, DoesNotExist: `!${key}` }[
      operator
    ];
    terms.push({ key, term });
  }
  return terms
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ term }) => term)
    .join(',');
}
