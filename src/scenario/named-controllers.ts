import { dirname } from 'node:path';
import { valueAt } from './document.ts';
import type { LoadOptions } from './load-scenario.ts';
import { readDocuments } from './read-documents.ts';
import { isFolder, readSource } from './read-source.ts';
import { resolveFrom } from './resolve-path.ts';
import { isPolicyFile } from './scheduler-policy.ts';
import { applyOverrides } from './set-overrides.ts';

/**
 * The files of the controllers that a scenario names: they say which custom kinds it has, so that they are needed before
 * the rest can be read. Silent about whatever is wrong with the scenario.
 */
export function namedControllers(path: string, { set = [] }: Pick<LoadOptions, 'set'>): readonly string[] {
  if (isFolder(path)) return [];
  const source = readSource(path, () => {});
  const isNamed = [source?.text ?? '', ...set].some((text) => text.includes('controllers'));
  if (source === undefined || !isNamed) return [];
  const scenario = readDocuments(source, () => {}).find(({ data }) => valueAt(data, ['kind']) === 'Scenario');
  if (scenario === undefined) return [];
  applyOverrides(scenario, set, () => {});
  const named = valueAt(scenario.data, ['spec', 'cluster', 'controllers']);
  if (!Array.isArray(named)) return [];
  const files = (named as unknown[]).filter((name): name is string => typeof name === 'string' && isPolicyFile(name));
  return files
    .map((file) => resolveFrom(dirname(path), file))
    .filter((file) => readSource(file, () => {}) !== undefined);
}
