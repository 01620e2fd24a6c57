import { nearest } from '../../sim/api/decode/nearest.ts';
import { refuse, type Refusal } from './refusal.ts';

export interface Flag {
  readonly long: string;
  readonly short?: string;
  /** A flag without a value is true or false. */
  readonly value: boolean;
}

/** What was given, by long name, in order. */
export type Flags = ReadonlyMap<string, readonly string[]>;

/** The last value of a flag. */
export function valueOf(flags: Flags, name: string): string | undefined {
  return flags.get(name)?.at(-1);
}

export function isOn(flags: Flags, name: string): boolean {
  return valueOf(flags, name) === 'true';
}

export type SplitFlags = { readonly ok: true; readonly words: readonly string[]; readonly flags: Flags } | Refusal;

/** Sorts words from flags; one that is not known is refused. */
export function splitFlags(words: readonly string[], known: readonly Flag[]): SplitFlags {
  const plain: string[] = [];
  const flags = new Map<string, string[]>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (!word.startsWith('-') || word === '-') {
      plain.push(word);
      continue;
    }
    const match = /^(?:--([^=]+)|-([A-Za-z]))(?:=?([^]*))$/.exec(word);
    const name = match?.[1] ?? match?.[2] ?? word;
    const flag = known.find(({ long, short }) => (word.startsWith('--') ? long === name : short === name));
    if (flag === undefined) {
      const meant = nearest(
        name,
        known.map(({ long }) => long),
      );
      return refuse(
        `the flag \`${word.slice(0, 40)}\` is not simulated here`,
        meant === undefined
          ? `known flags: ${known.map(({ long }) => '--' + long).join(', ')}`
          : `did you mean \`--${meant}\`?`,
      );
    }
    const attached = word.startsWith('--')
      ? word.includes('=')
        ? word.slice(word.indexOf('=') + 1)
        : undefined
      : word.length > 2
        ? word.slice(word[2] === '=' ? 3 : 2)
        : undefined;
    let value: string | undefined = attached;
    if (flag.value) value ??= words[++i];
    else value ??= 'true';
    if (value === undefined) return refuse(`\`--${flag.long}\` needs a value`);
    if (!flag.value && value !== 'true' && value !== 'false') return refuse(`\`--${flag.long}\` is true or false`);
    const values = flags.get(flag.long);
    if (values === undefined) flags.set(flag.long, [value]);
    else values.push(value);
  }
  return { ok: true, words: plain, flags };
}

/** A whole number of up to 16 digits, at most `most`. */
export function wholeNumber(text: string, most: number): number | undefined {
  if (!/^[0-9]{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
}
