import type { WatchEvent } from '../../src/sim/api/request.ts';
import { addressOf } from '../../src/sim/control-plane/api-server/http/address.ts';
import type { Pair } from './exchange-answer.ts';
import type { ExchangeNames } from './exchange-names.ts';
import type { ExchangeWorld } from './exchanges.ts';
import { NotReplayed } from './not-replayed.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Latencies of the recording machine are no facts: up to so much earlier or later its own are written. Milliseconds. */
const SAME_MOMENT = 500;

/** A watch that is held open for a while, and all that it was told. */
export function watchEvents(world: ExchangeWorld, pair: Pair, url: string): Fields {
  const address = addressOf(url);
  if (address === undefined) throw new NotReplayed(`watch of ${url}`);
  const { query } = address;
  const opened = world.engine.now;
  const seen: { readonly event: WatchEvent; readonly at: number }[] = [];
  const millis = (): number => Math.round((world.engine.now - opened) / 1000);
  const watch = world.server.openWatch(
    {
      kind: address.kind,
      namespace: address.namespace === '' ? undefined : address.namespace,
      labelSelector: query.get('labelSelector'),
      fieldSelector: query.get('fieldSelector'),
      resourceVersion: query.has('resourceVersion') ? Number(query.get('resourceVersion')) : undefined,
      sendInitialEvents: query.get('sendInitialEvents') === 'true',
      allowWatchBookmarks: query.get('allowWatchBookmarks') === 'true',
      timeoutSeconds: query.has('timeoutSeconds') ? Number(query.get('timeoutSeconds')) : undefined,
    },
    { receive: (event) => seen.push({ event, at: millis() }) },
  );
  const isOver = seen.at(-1)?.event.type === 'ERROR';
  const seconds = Number(pair['seconds'] ?? 0);
  if (!isOver) world.pass(seconds * 1_000_000);
  watch.close();
  const recorded = (pair['events'] ?? []) as readonly Fields[];
  return {
    code: 200,
    ended_ms: moment(isOver ? 0 : seconds * 1000, pair['ended_ms']),
    events: seen.map(({ event, at }, i) => ({
      at_ms: moment(at, recorded[i]?.['at_ms']),
      ...eventFields(event, world.names, recorded[i] ?? {}),
    })),
  };
}

function moment(own: number, recorded: unknown): number {
  return typeof recorded === 'number' && Math.abs(own - recorded) <= SAME_MOMENT ? recorded : own;
}

function eventFields(event: WatchEvent, names: ExchangeNames, recorded: Fields): Fields {
  if (event.type === 'ERROR') {
    const { code, reason, message } = event.status;
    return { type: event.type, code, reason, message: names.text(message, recorded['message']) };
  }
  if (event.type === 'BOOKMARK') {
    const annotations = event.isInitialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
    return { type: event.type, name: null, rv: '<bookmark>', ...annotations };
  }
  const { metadata, data } = event.object as typeof event.object & { readonly data?: object };
  return {
    type: event.type,
    name: metadata.name,
    rv: names.version(metadata.resourceVersion),
    ...(data === undefined ? {} : { data }),
  };
}
