import { describe, expect, test } from 'vitest';
import operator from '../scenarios/website-operator/operator.ts';
import type { ControllerModule } from '../src/sim/policy-api/controller-module.ts';
import { controllerConformance, testController } from '../src/sim/policy-api/testing.ts';

/** The conformance kit for controllers: it lets a good one pass, and finds what is wrong with others. */

const options = { scenario: 'scenarios/website-operator.yaml', seeds: 1, crashes: 4 };

testController(operator, test, options);

const WEBSITE = 'Website.example.com';

/** Makes a ConfigMap for every Website, in its own way. */
function maker(
  customise: (made: Map<string, string>) => Partial<{ name: string; remembers: boolean }>,
): ControllerModule {
  const made = new Map<string, string>();
  const { name, remembers } = customise(made);
  return {
    name: 'maker',
    customResources: [WEBSITE],
    controller: (host) => {
      const own = remembers === true ? new Map<string, string>() : made;
      return {
        name: 'maker',
        workers: 1,
        handlers: { [WEBSITE]: ({ object }) => host.enqueue(`${object.metadata.namespace}/${object.metadata.name}`) },
        *sync(key) {
          const website = host.lister(WEBSITE).get(key);
          if (website === undefined || own.has(website.metadata.uid)) return;
          const { labels, annotations } = website.metadata;
          yield {
            verb: 'create',
            object: {
              kind: 'ConfigMap',
              metadata: {
                name: name ?? '',
                generateName: name === undefined ? 'made-' : undefined,
                namespace: 'default',
                uid: '',
                resourceVersion: 0,
                generation: 0,
                creationTimestamp: 0,
                labels,
                annotations,
                ownerReferences: [],
                finalizers: [],
              },
            },
          };
          own.set(website.metadata.uid, key);
        },
      };
    },
  };
}

function failing(module: ControllerModule): string[] {
  const set = ['expect=[]', 'timeline=[]'];
  return controllerConformance(module, { ...options, set, crashes: 3 }).flatMap(({ name, run }) => {
    try {
      run();
      return [];
    } catch (error) {
      expect((error as Error).name).toBe('ConformanceError');
      return [name];
    }
  });
}

describe('the kit finds', () => {
  test('who remembers in its process alone what it has made, and makes it twice after a crash', () => {
    expect(failing(maker(() => ({ remembers: true })))).toEqual(['reaches the same when it crashes after a write']);
  });

  test('who remembers across runs', () => {
    expect(failing(maker(() => ({})))).toContain('does the same when the same happens, beside another run too');
  });
});
