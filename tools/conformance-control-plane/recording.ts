import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A node as `input.yaml` describes it. */
export interface RecordedNode {
  readonly Name: string;
  readonly Zone: string;
  readonly CPU: string;
  readonly Memory: string;
  readonly Pods: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly Unschedulable?: boolean;
  readonly Taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
}

/** One step: `at` seconds after t=0, and its operations by name, in the order written. */
export type RecordedStep = { readonly at: number } & Readonly<Record<string, unknown>>;

/** What `input.yaml` says: see the README of the recordings. */
export interface RecordedInput {
  readonly family: string;
  readonly name: string;
  readonly namespace?: string;
  readonly cluster?: { readonly nodes?: readonly RecordedNode[]; readonly shared?: boolean };
  readonly flags?: Readonly<Record<string, readonly string[]>>;
  readonly steps?: readonly RecordedStep[];
  readonly duration?: number;
  readonly align?: string;
  readonly alignOffset?: number;
  readonly leases?: boolean;
  /** A folder, relative to that of `input.yaml`. */
  readonly manifests?: string;
}

export interface Recording {
  readonly family: string;
  readonly name: string;
  readonly folder: string;
  readonly input: RecordedInput;
}

/** Every recording below a folder `<family>/<name>/input.yaml`, in order of names. */
export function recordingsIn(root: string, family: string | undefined, name: string | undefined): Recording[] {
  const found: Recording[] = [];
  for (const one of foldersIn(root)) {
    if (family !== undefined && one !== family) continue;
    for (const other of foldersIn(join(root, one))) {
      const folder = join(root, one, other);
      const file = join(folder, 'input.yaml');
      if ((name !== undefined && other !== name) || !existsSync(file)) continue;
      found.push({ family: one, name: other, folder, input: parse(readFileSync(file, 'utf8')) as RecordedInput });
    }
  }
  return found;
}

function foldersIn(root: string): string[] {
  return readdirSync(root)
    .filter((name) => statSync(join(root, name)).isDirectory())
    .sort();
}
