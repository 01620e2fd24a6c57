import { join } from 'node:path';
import type { Complain } from './read-source.ts';

/** A path in a scenario is relative to the scenario's own folder. Addresses stay as they are and are refused later. */
export function resolveFrom(folder: string, path: string): string {
  if (path.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(path)) return path;
  return join(folder, path);
}

/** Complains, and of a file that is missing says where the path was taken from: `--set` is typed in another folder. */
export function complainFrom(folder: string, path: string, complain: Complain): Complain {
  const found = resolveFrom(folder, path);
  if (found === path || found === join(path)) return complain;
  const base = `\`${path}\` is looked for in the folder of the scenario, \`${folder}\``;
  return (problem) => complain(problem.code === 'file-missing' ? { ...problem, help: problem.help ?? base } : problem);
}
