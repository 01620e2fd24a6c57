import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../patch/merge-patch.ts';
import { CONFIG_MAP } from '../schema/core.ts';
import { POD } from '../schema/pod.ts';
import type { Table } from '../schema/type.ts';
import { applyConfiguration } from './apply-configuration.ts';
import { fieldsV1, pathText } from './field-set.ts';
import type { ManagedFields } from './managed-fields.ts';
import { trackUpdate } from './track-update.ts';

/** An object that several managers apply to and update, in wire form. */
class Shared {
  object: JsonObject = {};
  entries: ManagedFields = [];
  now = 0;
  readonly table: Table;

  constructor(table: Table) {
    this.table = table;
  }

  apply(manager: string, config: JsonObject, force = false): readonly string[] {
    const applier = { manager, operation: 'Apply', apiVersion: 'v1' } as const;
    const applied = applyConfiguration(this.object, config, this.entries, applier, force, ++this.now, this.table);
    if (!applied.ok) return applied.conflicts.map(({ entry, path }) => `${entry.manager} ${pathText(path)}`);
    this.object = applied.object;
    this.entries = applied.managedFields;
    return [];
  }

  update(manager: string, after: JsonObject): void {
    const writer = { manager, operation: 'Update', apiVersion: 'v1', time: ++this.now } as const;
    this.entries = trackUpdate(this.entries, this.object, after, this.table, writer);
    this.object = after;
  }

  get managers(): readonly string[] {
    return this.entries.map(({ manager, operation }) => `${manager}/${operation}`);
  }

  fieldsOf(manager: string): unknown {
    const entry = this.entries.find((one) => one.manager === manager);
    return entry === undefined ? undefined : fieldsV1(entry.fields);
  }
}

const data = (members: JsonObject): JsonObject => ({ data: members });
const containers = (...list: readonly JsonObject[]): JsonObject => ({ spec: { containers: list } });

describe('server-side apply', () => {
  it('removes what its manager no longer says, unless somebody else says it', () => {
    const shared = new Shared(CONFIG_MAP);
    shared.apply('alice', data({ a: '1', b: '1' }));
    shared.apply('bob', data({ b: '1' }));
    shared.apply('alice', data({}));
    expect(shared.object).toEqual(data({ b: '1' }));
    expect(shared.managers).toEqual(['bob/Apply', 'alice/Apply']);
    shared.apply('bob', data({}));
    expect(shared.object).toEqual({});
  });

  it('conflicts with who set a field to something else, by apply or update, until forced', () => {
    const shared = new Shared(CONFIG_MAP);
    shared.apply('alice', data({ a: '1' }));
    shared.update('editor', data({ a: '1', b: '1' }));
    expect(shared.apply('bob', data({ a: '2', b: '2' }))).toEqual(['alice .data.a', 'editor .data.b']);
    expect(shared.apply('bob', data({ a: '2', b: '2' }), true)).toEqual([]);
    expect(shared.object).toEqual(data({ a: '2', b: '2' }));
    expect(shared.managers).toEqual(['bob/Apply']);
  });

  it('merges items by their keys, with the defaults of keys that are left out', () => {
    const shared = new Shared(POD);
    shared.apply('alice', containers({ name: 'web', image: 'a:1', ports: [{ containerPort: 80 }] }));
    shared.apply('bob', containers({ name: 'log', image: 'b:1' }, { name: 'web', args: ['x'] }));
    expect(shared.object).toEqual(
      containers(
        { name: 'log', image: 'b:1' },
        { name: 'web', image: 'a:1', ports: [{ containerPort: 80 }], args: ['x'] },
      ),
    );
    expect(shared.fieldsOf('alice')).toEqual({
      'f:spec': {
        'f:containers': {
          'k:{"name":"web"}': {
            '.': {},
            'f:image': {},
            'f:name': {},
            'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
          },
        },
      },
    });
    shared.apply('bob', containers({ name: 'log', image: 'b:1' }));
    expect(shared.object).toEqual(
      containers({ name: 'log', image: 'b:1' }, { name: 'web', image: 'a:1', ports: [{ containerPort: 80 }] }),
    );
    shared.apply('alice', containers());
    expect(shared.object).toEqual(containers({ name: 'log', image: 'b:1' }));
  });

  it('takes an update from those who had applied', () => {
    const shared = new Shared(CONFIG_MAP);
    shared.apply('alice', data({ a: '1' }));
    shared.update('editor', data({ a: '2' }));
    expect(shared.managers).toEqual(['editor/Update']);
    expect(shared.apply('alice', data({ a: '1' }))).toEqual(['editor .data.a']);
    expect(shared.apply('alice', data({ a: '2' }))).toEqual([]);
    expect(shared.managers).toEqual(['alice/Apply', 'editor/Update']);
  });
});
