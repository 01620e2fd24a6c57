import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Engine } from '../../src/sim/engine/engine.ts';
import type { InertObject, Namespace } from '../../src/sim/api/core.ts';
import { KINDS, type Kind } from '../../src/sim/api/kinds.ts';
import { NO_LABELS, type ObjectMeta } from '../../src/sim/api/meta.ts';
import type { Failure, Request, Response } from '../../src/sim/api/request.ts';
import { SimulatedApiServer } from '../../src/sim/control-plane/api-server/api-server.ts';
import { addressOf } from '../../src/sim/control-plane/api-server/http/address.ts';
import { readRequest, type HttpRequest } from '../../src/sim/control-plane/api-server/http/read-request.ts';
import { DEFAULT_PARAMETERS } from '../../src/sim/default-parameters.ts';
import { answerFields, type Pair } from './exchange-answer.ts';
import { ExchangeNames } from './exchange-names.ts';
import { watchEvents } from './exchange-watch.ts';
import { CROWDS } from './exchange-crowds.ts';
import { NotReplayed } from './not-replayed.ts';
import { durationMicros } from './pod-annotations.ts';
import type { Recording } from './recording.ts';

const SECOND = 1_000_000;
const METHOD = /^(DELETE|GET|PATCH|POST|PUT) (\/\S+)$/;
const WATCH = /^WATCH (\/\S+)$/;
/** What of a pair was sent or is told about it; the rest is the answer. */
const ASKED: ReadonlySet<string> = new Set(['req', 'contentType', 'body', 'note', 'seconds']);

/** An API server alone with its store, and one client. */
export class ExchangeWorld {
  readonly engine: Engine;
  readonly server: SimulatedApiServer;
  readonly namespace: string;
  readonly names: ExchangeNames;

  constructor({ input }: Recording, seed: string) {
    this.namespace = input.namespace ?? `${input.family}-${input.name}`;
    this.names = new ExchangeNames(this.namespace);
    this.engine = new Engine({ seed });
    const flags = input.flags?.['kube-apiserver'] ?? [];
    const interval = flags.map((flag) => /^--etcd-compaction-interval=(.+)$/.exec(flag)?.[1]).find(Boolean);
    const compaction = interval === undefined ? undefined : durationMicros(interval);
    this.server = new SimulatedApiServer(this.engine, DEFAULT_PARAMETERS, { compactionIntervalMicros: compaction });
    for (const name of ['default', this.namespace]) this.server.install(namespaceNamed(name));
    for (const kind of Object.keys(KINDS) as Kind[]) this.server.keepHistory(kind);
    this.pass(60 * SECOND);
  }

  /** Sends a request and waits for its answer. */
  ask(request: Request): Response {
    let answer: Response | undefined;
    this.server.client('unknown', undefined).send(request, (response) => (answer = response));
    this.engine.run();
    return answer!;
  }

  /** Lets time pass. Microseconds. */
  pass(micros: number): void {
    this.engine.at(this.engine.now + micros, this.#nothing(), 0);
    this.engine.run();
  }

  /** Calls `act` after a while. Microseconds. */
  later(micros: number, act: () => void): void {
    this.engine.at(this.engine.now + micros, this.#act(), 0, 0, act);
  }

  configMap(name: string, rest: Partial<InertObject> = {}, labels: ObjectMeta['labels'] = NO_LABELS): InertObject {
    return { kind: 'ConfigMap', metadata: metadataOf(name, this.namespace, labels), ...rest };
  }

  #timer: ReturnType<Engine['on']> | undefined;
  #nothing(): ReturnType<Engine['on']> {
    return (this.#timer ??= this.engine.on('exchange/time-passes', () => undefined));
  }
  #doer: ReturnType<Engine['on']> | undefined;
  #act(): ReturnType<Engine['on']> {
    return (this.#doer ??= this.engine.on('exchange/acts', (_a, _b, ref) => (ref as () => void)()));
  }
}

function metadataOf(name: string, namespace: string, labels: ObjectMeta['labels']): ObjectMeta {
  return {
    name,
    namespace,
    uid: '',
    resourceVersion: 0,
    generation: 0,
    creationTimestamp: 0,
    labels,
    annotations: NO_LABELS,
    ownerReferences: [],
    finalizers: [],
  };
}

function namespaceNamed(name: string): Namespace {
  return { kind: 'Namespace', metadata: metadataOf(name, '', NO_LABELS), status: { phase: 'Active' } };
}

/** Replays a recording of requests and answers, one after the other. */
export function replayExchanges(recording: Recording, seed: string): ReadonlyMap<string, string> {
  const pairs = JSON.parse(readFileSync(join(recording.folder, 'pairs.json'), 'utf8')) as readonly Pair[];
  const world = new ExchangeWorld(recording, seed);
  const replayed = pairs.map((pair) => ({ ...askedOf(pair), ...answered(world, pair) }));
  return new Map([['pairs.json', JSON.stringify(replayed, undefined, 1) + '\n']]);
}

function askedOf(pair: Pair): Pair {
  return Object.fromEntries(Object.entries(pair).filter(([name]) => ASKED.has(name))) as Pair;
}

function answered(world: ExchangeWorld, pair: Pair): Readonly<Record<string, unknown>> {
  const http = METHOD.exec(pair.req);
  if (http !== null) return exchanged(world, pair, http[1] as HttpRequest['method'], http[2]!);
  const watch = WATCH.exec(pair.req);
  if (watch !== null) return watchEvents(world, pair, world.names.given(watch[1]!) as string);
  for (const [pattern, act] of CROWDS) {
    const match = pattern.exec(pair.req);
    if (match !== null) return act(world, match);
  }
  throw new NotReplayed(`exchange ${pair.req}`);
}

function exchanged(
  world: ExchangeWorld,
  pair: Pair,
  method: HttpRequest['method'],
  address: string,
): Readonly<Record<string, unknown>> {
  const { names } = world;
  const url = names.given(address) as string;
  const http: HttpRequest = { method, url, contentType: pair.contentType, body: names.given(pair.body) };
  const read = readRequest(http);
  const response: Response = read.ok ? world.ask(read.request) : (read as Failure);
  const kind = addressOf(url)?.kind;
  return answerFields(pair, http, kind, read.ok ? read.request : undefined, response, names);
}
