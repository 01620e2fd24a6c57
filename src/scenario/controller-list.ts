import { nearest } from '../sim/api/decode/nearest.ts';
import type { Remark } from './build-scenario.ts';
import type { CustomResources } from './custom-resources.ts';
import type { LoadOptions } from './load-scenario.ts';
import { readSource } from './read-source.ts';
import { complainFrom, resolveFrom } from './resolve-path.ts';
import { isPolicyFile } from './scheduler-policy.ts';

/** The controllers that a scenario names, each file by its whole path. Files are only looked for, not read as code. */
export function controllerList(
  named: readonly string[] | undefined,
  folder: string,
  { controllers, customKinds = new Set() }: LoadOptions,
  defined: CustomResources,
  remark: Remark,
): readonly string[] | undefined {
  if (named === undefined) return undefined;
  const list: string[] = [];
  const at = ['spec', 'cluster', 'controllers'];
  named.forEach((name, index) => {
    const place = [...at, index];
    if (isPolicyFile(name)) {
      const path = resolveFrom(folder, name);
      const complain = complainFrom(folder, name, (problem) => remark(place, problem));
      if (readSource(path, complain) !== undefined) list.push(path);
      return;
    }
    const bare = name.replace(/^-/, '');
    if (name !== '*' && controllers !== undefined && !controllers.includes(bare)) {
      const meant = nearest(bare, controllers);
      const help = `there are ${controllers.join(', ')}; a file of your own begins with ./`;
      remark(place, {
        code: 'unknown-controller',
        message: `no controller is called \`${bare}\``,
        help: meant === undefined ? help : `did you mean \`${meant}\`?`,
      });
      return;
    }
    list.push(name);
  });
  for (const kind of customKinds) {
    if (defined.has(kind)) continue;
    remark(at, {
      code: 'unknown-kind',
      message: `a controller works on \`${kind}\`, which no CustomResourceDefinition among the manifests defines`,
      help: 'name the file with the definition under `manifests`',
    });
  }
  return list;
}
