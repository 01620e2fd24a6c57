import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { sameData } from '../equality.ts';
import { encodeObject } from '../encode-object.ts';
import { fieldPath, type Problem } from '../problem.ts';
import { decodeObject } from './decode-object.ts';

/** Manifests and objects of real clusters; without them (ORRERY_DATA) there is nothing to try. */
const data = process.env['ORRERY_DATA'] ?? '';
const hasData = data !== '' && existsSync(join(data, 'manifests'));

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));
}

/** How many cases are passed over for one that is tried. */
const step = process.env['ORRERY_LONG'] === undefined ? 100 : 1;

/** Everything in a tree that says of what kind it is. */
function objectsIn(value: unknown, found: Record<string, unknown>[] = []): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return found;
  const members = value as Record<string, unknown>;
  if (typeof members['kind'] === 'string' && typeof members['apiVersion'] === 'string' && 'metadata' in members) {
    found.push(members);
  } else for (const member of Object.values(value)) objectsIn(member, found);
  return found;
}

function errorsOf(raw: unknown, snapshot: boolean): string[] {
  const problems: Problem[] = [];
  const object = decodeObject(raw, (problem) => problems.push(problem), { snapshot });
  const errors = problems
    .filter(({ severity }) => severity === 'error')
    .map((each) => `${fieldPath(each.path)}: ${each.message}`);
  if (object !== undefined) {
    const again = decodeObject(encodeObject(object), () => {}, { snapshot: true });
    expect(sameData(again, object), JSON.stringify(raw)).toBe(true);
  }
  return errors;
}

describe.skipIf(!hasData)('real objects decode (set ORRERY_DATA to the recordings)', () => {
  it('manifests of applications', () => {
    let objects = 0;
    for (const file of filesBelow(join(data, 'manifests'), '.yaml')) {
      for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
        const raw: unknown = document.toJS();
        if (raw === null) continue;
        objects += 1;
        expect(errorsOf(raw, false), file).toEqual([]);
      }
    }
    expect(objects).toBeGreaterThan(90);
  });

  it('what was given to a real control plane', () => {
    let objects = 0;
    const files = filesBelow(join(data, 'control-plane'), 'input.yaml').filter(
      (_, index) => index % Math.min(step, 4) === 0,
    );
    for (const file of files) {
      for (const raw of objectsIn(
        parseAllDocuments(readFileSync(file, 'utf8')).map((each) => each.toJS() as unknown),
      )) {
        if (raw['kind'] === 'Eviction') continue;
        objects += 1;
        expect(errorsOf(raw, false), file).toEqual([]);
      }
    }
    expect(objects).toBeGreaterThan(50);
  });

  it('the clusters that a real scheduler was asked about', () => {
    const plural = {
      nodes: ['v1', 'Node'],
      pods: ['v1', 'Pod'],
      podDisruptionBudgets: ['policy/v1', 'PodDisruptionBudget'],
      storageClasses: ['storage.k8s.io/v1', 'StorageClass'],
      persistentVolumeClaims: ['v1', 'PersistentVolumeClaim'],
      csiNodes: ['storage.k8s.io/v1', 'CSINode'],
    } as const;
    let objects = 0;
    for (const file of filesBelow(join(data, 'kube-scheduler'), '.jsonl.gz')) {
      const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
      for (let index = 0; index < lines.length; index += step) {
        const line = JSON.parse(lines[index] ?? '{}') as Record<string, unknown>;
        for (const [member, [apiVersion, kind]] of Object.entries(plural)) {
          const list = (line[member] ?? []) as Record<string, unknown>[];
          for (const raw of Array.isArray(list) ? list : []) {
            objects += 1;
            const errors = errorsOf({ apiVersion, kind, ...raw }, true);
            expect(errors, `${file} ${JSON.stringify(raw)}`).toEqual([]);
          }
        }
      }
    }
    expect(objects).toBeGreaterThan(1000);
  });
});
