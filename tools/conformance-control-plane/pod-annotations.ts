import type { Labels } from '../../src/sim/api/meta.ts';

const PREFIX = 'orrery.dev/';
const UNITS: Readonly<Record<string, number>> = { ms: 1_000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 };

/** What the recordings' fake kubelet does with one pod. Microseconds. */
export interface PodScript {
  /** From bound to Running; `undefined`: never. */
  readonly start: number | undefined;
  /** From Running to Ready; `undefined`: never. */
  readonly ready: number | undefined;
  /** From Running until Ready turns False, and from there until it is True again. */
  readonly unready: { readonly after: number; readonly again: number | undefined } | undefined;
  readonly exit: Exit | undefined;
  /** From the deletion seen until the pod is gone. */
  readonly term: number;
}

export interface Exit {
  readonly after: number;
  readonly code: number;
}

/** The script of the `ordinal`-th pod (from 1) of its controller, or the completion index of a Job. */
export function scriptOf(annotations: Labels, ordinal: number, index: string | undefined): PodScript {
  const nth = (name: string): string | undefined => {
    const elements = annotations[PREFIX + name]?.split(',').map((one) => one.trim());
    return elements?.[Math.min(ordinal, elements.length) - 1];
  };
  const byIndex = exitsByIndex(annotations[PREFIX + 'exit-index']);
  return {
    start: unlessNever(nth('start') ?? '1s'),
    ready: unlessNever(nth('ready') ?? '0s'),
    unready: readUnready(nth('unready')),
    exit: (index === undefined ? undefined : byIndex.get(index)) ?? readExit(nth('exit')),
    term: durationMicros(nth('term') ?? '500ms'),
  };
}

function unlessNever(text: string): number | undefined {
  return text === 'never' ? undefined : durationMicros(text);
}

function readUnready(text: string | undefined): PodScript['unready'] {
  if (text === undefined || text === 'none') return undefined;
  const [after, again] = text.split('+') as [string, string | undefined];
  return { after: durationMicros(after), again: again === undefined ? undefined : durationMicros(again) };
}

function readExit(text: string | undefined): Exit | undefined {
  if (text === undefined || text === 'none') return undefined;
  const [after, code] = text.split(':') as [string, string | undefined];
  return { after: durationMicros(after), code: Number(code ?? 0) };
}

function exitsByIndex(text: string | undefined): Map<string, Exit> {
  const exits = new Map<string, Exit>();
  for (const part of text?.split(';') ?? []) {
    const [index, rest] = part.split('=') as [string, string | undefined];
    const exit = readExit(rest?.trim());
    if (exit !== undefined) exits.set(index.trim(), exit);
  }
  return exits;
}

/** A duration such as `1s`, `500ms` or `1m30s`, in microseconds. */
export function durationMicros(text: string): number {
  let micros = 0;
  let rest = text;
  while (rest !== '') {
    const match = /^([0-9.]+)(ms|s|m|h)/.exec(rest);
    if (match === null) throw new Error(`not a duration: ${text}`);
    micros += Number(match[1]) * UNITS[match[2]!]!;
    rest = rest.slice(match[0].length);
  }
  return Math.round(micros);
}
