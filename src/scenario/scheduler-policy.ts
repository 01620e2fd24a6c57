import { nearest } from '../sim/api/decode/nearest.ts';
import type { Remark } from './build-scenario.ts';
import type { LoadOptions } from './load-scenario.ts';
import { complainFrom, resolveFrom } from './resolve-path.ts';
import { readSource } from './read-source.ts';

/** The name of a scheduler, or the path of the file of one. A file is only looked for, not read as code. */
export function schedulerPolicy(
  policy: string | undefined,
  at: readonly (string | number)[],
  folder: string,
  { schedulers }: LoadOptions,
  remark: Remark,
): string | undefined {
  if (policy === undefined) return undefined;
  if (isPolicyFile(policy)) {
    const path = resolveFrom(folder, policy);
    const complain = complainFrom(folder, policy, (problem) => remark(at, problem));
    return readSource(path, complain) === undefined ? undefined : path;
  }
  if (schedulers !== undefined && !schedulers.includes(policy)) {
    const meant = nearest(policy, schedulers);
    remark(at, {
      code: 'unknown-scheduler',
      message: `no scheduler is called \`${policy}\``,
      help:
        meant === undefined
          ? `there are ${schedulers.join(', ')}; a file of your own begins with ./`
          : `did you mean \`${meant}\`?`,
    });
    return undefined;
  }
  return policy;
}

/** Whether a policy is named by its file: a path, or a name that ends as JavaScript or TypeScript does. */
export function isPolicyFile(policy: string): boolean {
  return /^\.{0,2}\//.test(policy) || /\.[cm]?[jt]s$/.test(policy);
}
