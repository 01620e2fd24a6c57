import type { z } from 'zod';
import { fieldPath } from '../sim/api/problem.ts';
import { nearest } from '../sim/api/decode/nearest.ts';
import { valueAt, type SourceDocument } from './document.ts';
import type { IssueDetails } from './fields.ts';
import type { ProblemCode } from './problem-codes.ts';
import type { Problem, ProblemSink } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** Turns what zod found wrong with a document into problems at the places where they were written. */
export function explainIssues(
  document: SourceDocument,
  issues: readonly Issue[],
  names: FieldNames,
  report: ProblemSink,
): void {
  const found: Problem[] = [];
  const meant = new Set<string>();
  for (const issue of issues)
    explain(document, issue, [], names, (problem, suggested) => {
      found.push(problem);
      if (suggested !== undefined) meant.add(suggested);
    });
  // A member that is missing because its name is misspelt is one slip, not two.
  for (const problem of found) if (problem.code !== 'required' || !meant.has(problem.path ?? '')) report(problem);
}

/** Takes a problem and, for a misspelt member, the path that was likely meant. */
type Take = (problem: Problem, suggested?: string) => void;

/** Of very many unknown members only so many are told. */
const MOST_KEYS = 1_000;

/** The member names that a schema allows at a path; nothing where it allows any. */
export type FieldNames = (path: readonly (string | number)[]) => readonly string[] | undefined;

function explain(
  document: SourceDocument,
  issue: Issue,
  prefix: readonly PropertyKey[],
  names: FieldNames,
  take: Take,
): void {
  const path = [...prefix, ...issue.path] as (string | number)[];
  const where = path.length === 0 ? 'the document' : `\`${fieldPath(path)}\``;
  const add = (
    problem: Partial<Problem> & { code: ProblemCode; message: string },
    at: 'key' | 'value' = 'value',
    of = path,
    suggested?: string,
  ) => {
    const place = document.locate(of, at);
    take({ severity: 'error', source: place.source, span: place.span, path: fieldPath(of), ...problem }, suggested);
  };
  const input = valueAt(document.data, path);

  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = names(path) ?? [];
      for (const key of issue.keys.slice(0, MOST_KEYS)) {
        const meant =
          nearest(
            key,
            known.filter((name) => !hasMember(input, name)),
          ) ?? nearest(key, known);
        add(
          {
            code: 'unknown-field',
            message: `unknown field \`${shorten(key)}\` in ${path.length === 0 ? 'Scenario' : fieldPath(path)}`,
            label: 'not a field here',
            help:
              meant === undefined
                ? known.length === 0
                  ? undefined
                  : `known fields: ${[...known].sort(byCodeUnit).join(', ')}`
                : `did you mean \`${meant}\`?`,
          },
          'key',
          [...path, key],
          meant === undefined ? undefined : fieldPath([...path, meant]),
        );
      }
      return;
    }
    case 'invalid_type':
      if (input === undefined) {
        const name = path.at(-1);
        add({ code: 'required', message: `${where} is missing`, label: `\`${String(name)}\` belongs here` }, 'key');
      } else
        add({
          code: 'wrong-type',
          message: isOwnMessage(issue)
            ? `${where}: ${issue.message}`
            : `${where} must be ${article(issue.expected)}, not ${describe(input)}`,
          help:
            article(issue.expected) === 'a map' && typeof input === 'string' && /^[\w-]+:\S/.test(input)
              ? 'is a blank missing after the colon?'
              : undefined,
        });
      return;
    case 'invalid_value': {
      if (input === undefined) {
        add({ code: 'required', message: `${where} is missing`, label: `must be ${oneOf(issue.values)}` }, 'key');
        return;
      }
      const meant = typeof input === 'string' ? nearest(input, issue.values.map(String)) : undefined;
      add({
        code: 'invalid-value',
        message: `${where} must be ${oneOf(issue.values)}, not ${describe(input)}`,
        help: meant === undefined ? undefined : `did you mean \`${meant}\`?`,
      });
      return;
    }
    case 'invalid_union': {
      // Where the member that tells the forms apart has another name, nothing more is known of the rest.
      const name = path.at(-1);
      const misspelt =
        input === undefined ? keyNear(valueAt(document.data, path.slice(0, -1)), String(name)) : undefined;
      if (misspelt !== undefined) {
        const parent = path.slice(0, -1);
        add(
          {
            code: 'unknown-field',
            message: `unknown field \`${shorten(misspelt)}\` in ${fieldPath(parent)}`,
            label: 'not a field here',
            help: `did you mean \`${String(name)}\`?`,
          },
          'key',
          [...parent, misspelt],
        );
        return;
      }
      const forms = topForms(issue.errors);
      const best = bestBranch(issue.errors);
      if (forms !== undefined) {
        const meant = typeof input === 'string' ? nearest(input, forms.words) : undefined;
        add({
          code:
            input === undefined
              ? 'required'
              : forms.words.length > 0 && typeof input === 'string'
                ? 'invalid-value'
                : 'wrong-type',
          message:
            input === undefined ? `${where} is missing` : `${where} must be ${forms.text}, not ${describe(input)}`,
          help: meant === undefined ? undefined : `did you mean \`${meant}\`?`,
        });
      } else for (const nested of best ?? []) explain(document, nested, path, names, take);
      return;
    }
    case 'too_small':
    case 'too_big': {
      const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum;
      const few = issue.code === 'too_small';
      const message =
        issue.origin === 'array'
          ? `${where} needs ${few ? 'at least' : 'at most'} ${bound} ${bound === 1 ? 'entry' : 'entries'}`
          : issue.origin === 'string'
            ? `${where} must have ${few ? 'at least' : 'at most'} ${bound} ${bound === 1 ? 'character' : 'characters'}`
            : `${where} must be ${few ? (issue.inclusive === false ? 'more than' : 'at least') : issue.inclusive === false ? 'less than' : 'at most'} ${bound}, not ${describe(input)}`;
      add({ code: 'out-of-range', message });
      return;
    }
    case 'custom': {
      const params = (issue.params ?? {}) as Partial<IssueDetails>;
      const message = issue.message.startsWith('is ') ? `${where} ${issue.message}` : `${where}: ${issue.message}`;
      add({ code: params.code ?? 'invalid-value', message, help: params.help }, params.at);
      return;
    }
    default:
      add({ code: 'invalid-value', message: `${where}: ${issue.message}` });
  }
}

/** All forms a value may have, when it is of none of them; nothing when one form fits at the top. */
function topForms(
  branches: readonly (readonly Issue[])[],
): { readonly text: string; readonly words: readonly string[] } | undefined {
  const forms: string[] = [];
  const words: string[] = [];
  for (const branch of branches) {
    const top = branch.find(({ path }) => path.length === 0);
    if (top === undefined) return undefined;
    if (top.code === 'invalid_union') {
      const inner = topForms(top.errors);
      if (inner === undefined) return undefined;
      forms.push(inner.text);
      words.push(...inner.words);
    } else if (top.code === 'invalid_type' && !isOwnMessage(top)) forms.push(article(top.expected));
    else if (top.code === 'invalid_value') {
      forms.push(oneOf(top.values));
      words.push(...top.values.map(String));
    } else return undefined;
  }
  return { text: [...new Set(forms)].join(' or '), words };
}

/**
 * Of the forms a value may have, the one its author most likely meant: the one whose type fits at the top, then the one
 * with the fewest complaints.
 */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  let best: readonly Issue[] | undefined;
  let bestRank = Infinity;
  for (const branch of branches) {
    const wrongKind = branch.some(
      ({ path, code }) =>
        path.length === 0 && (code === 'invalid_type' || code === 'invalid_value' || code === 'invalid_union'),
    );
    const rank = (wrongKind ? 1_000 : 0) + branch.length;
    if (rank < bestRank) {
      best = branch;
      bestRank = rank;
    }
  }
  return best;
}

function isOwnMessage(issue: Issue): boolean {
  return !issue.message.startsWith('Invalid input');
}

function hasMember(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}

function article(type: string): string {
  switch (type) {
    case 'string':
      return 'text';
    case 'int':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'a map';
    default:
      return type;
  }
}

/** A value as a message may show it. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return value === '' ? 'empty text' : `text \`${shorten(value)}\``;
  return `\`${String(value)}\``;
}

function oneOf(values: readonly unknown[]): string {
  const shown = values.map((value) => `\`${String(value)}\``);
  if (shown.length <= 1) return shown.join('');
  return `one of ${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

function shorten(text: string): string {
  return text.length > 60 ? text.slice(0, 57) + '…' : text;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A member whose name is likely to be a misspelt `name`. */
function keyNear(object: unknown, name: string): string | undefined {
  if (typeof object !== 'object' || object === null) return undefined;
  return Object.keys(object).find((key) => nearest(key, [name]) !== undefined);
}
