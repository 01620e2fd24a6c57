import type { InertObject } from '../../src/sim/api/core.ts';
import type { Response } from '../../src/sim/api/request.ts';
import type { ExchangeWorld } from './exchanges.ts';

type Fields = Readonly<Record<string, unknown>>;
type Act = (world: ExchangeWorld, match: RegExpExecArray) => Fields;

const SECOND = 1_000_000;
/** The object that crowds write to. */
const SHARED = 'cm';

/** Requests that the recordings describe in words, because there are many. */
export const CROWDS: readonly (readonly [pattern: RegExp, act: Act])[] = [
  [/^POST (\d+) config maps (\w+)-0+\.\.\.$/, createMany],
  [/^meanwhile: ((?:(?:POST|DELETE) \S+(?:, )?)+)$/, meanwhile],
  [/^meanwhile: a patch of (\S+) every (\d+) s for (\d+) s;/, patchEvery],
  [/^(\d+) writers, (\d+) merge patches each, without resourceVersion$/, patchTogether],
  [/^GET$/, countKeys],
  [/^(\d+) writers, (\d+) x \(GET, PUT with its resourceVersion\)$/, putTogether],
];

function keyIn(world: ExchangeWorld, name: string): string {
  return `${world.namespace}/${name}`;
}

function createMany(world: ExchangeWorld, [, count, prefix]: RegExpExecArray): Fields {
  for (let i = 0; i < Number(count); i++) {
    const name = `${prefix!}-${String(i).padStart(3, '0')}`;
    world.ask({ verb: 'create', object: world.configMap(name, {}, { odd: String(i % 2) }) });
  }
  return {};
}

function meanwhile(world: ExchangeWorld, [, list]: RegExpExecArray): Fields {
  for (const one of list!.split(', ')) {
    const [method, name] = one.split(' ');
    if (method === 'POST') world.ask({ verb: 'create', object: world.configMap(name!) });
    else world.ask({ verb: 'delete', kind: 'ConfigMap', key: keyIn(world, name!) });
  }
  return {};
}

function patchEvery(world: ExchangeWorld, [, name, every, duration]: RegExpExecArray): Fields {
  for (let at = 0; at < Number(duration); at += Number(every)) {
    const patch = { data: { at: String(at) } };
    world.ask({ verb: 'patch', kind: 'ConfigMap', key: keyIn(world, name!), patchType: 'merge', patch });
    world.pass(Number(every) * SECOND);
  }
  return {};
}

/** All writers at once, each one request after the other. */
function patchTogether(world: ExchangeWorld, [, writers, each]: RegExpExecArray): Fields {
  const codes: Record<string, number> = {};
  for (let writer = 0; writer < Number(writers); writer++) {
    const client = world.server.client(`writer-${writer}`, undefined);
    const next = (n: number): void => {
      if (n === Number(each)) return;
      const patch = { data: { [`w${writer}-${n}`]: 'x' } };
      client.send(
        { verb: 'patch', kind: 'ConfigMap', key: keyIn(world, SHARED), patchType: 'merge', patch },
        (answer) => {
          const code = String(codeOf(answer));
          codes[code] = (codes[code] ?? 0) + 1;
          next(n + 1);
        },
      );
    };
    next(0);
  }
  world.engine.run();
  return { codes };
}

function codeOf(answer: Response): number {
  return answer.ok ? 200 : answer.code;
}

function sharedObject(world: ExchangeWorld): InertObject {
  return world.server.store.get('ConfigMap', keyIn(world, SHARED))!;
}

function countKeys(world: ExchangeWorld): Fields {
  return { keys: Object.keys(sharedObject(world).data ?? {}).length };
}

function putTogether(world: ExchangeWorld, [, writers, each]: RegExpExecArray): Fields {
  const before = Object.keys(sharedObject(world).data ?? {}).length;
  const codes = new Set<number>();
  let accepted = 0;
  for (let writer = 0; writer < Number(writers); writer++) {
    const client = world.server.client(`writer-${writer}`, undefined);
    const next = (n: number): void => {
      if (n === Number(each)) return;
      client.send({ verb: 'get', kind: 'ConfigMap', key: keyIn(world, SHARED) }, (found) => {
        const current = (found.ok ? found.object : undefined) as InertObject;
        const object = { ...current, data: { ...current.data, [`p${writer}-${n}`]: 'x' } };
        client.send({ verb: 'update', object }, (answer) => {
          codes.add(codeOf(answer));
          if (answer.ok) accepted++;
          next(n + 1);
        });
      });
    };
    next(0);
  }
  world.engine.run();
  const keys = Object.keys(sharedObject(world).data ?? {}).length - before;
  return { onlyCodes: [...codes].sort((a, b) => a - b), acceptedEqualsKeys: accepted === keys };
}
