/** A server that comes back, as those see it who list anew. Microseconds. */
export interface HerdServer {
  /** When its predecessor died, and when it serves. */
  readonly diedAt: number;
  readonly servesAt: number;
  /** How long a list takes, and how many may wait for one. */
  readonly serviceMicros: number;
  readonly mostWaiting: number;
  /** How many lists it does at once, so long after it did the first. */
  lists(sinceFirst: number): number;
}

const FIRST_PAUSE = 800_000;
const LONGEST_PAUSE = 30_000_000;
const LONGEST_WAIT = 15_000_000;

/**
 * When the last of so many reflectors is in sync again. Each tries, is refused and waits twice as long; once the server
 * is there, it is told that its version is too old, waits once more, and lists: first come, first served. One moment
 * after the other, everybody looked at each time; with random numbers of its own.
 */
export function lastInSyncAt(clients: number, server: HerdServer): number {
  let seed = 12_345;
  const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const step = 2_000;
  const all = Array.from({ length: clients }, () => ({ failures: 0, triesAt: server.diedAt, told: false }));
  let waiting: { readonly client: (typeof all)[number]; readonly since: number }[] = [];
  let served: number[] = [];
  let first: number | undefined;
  let last = 0;
  let left = clients;
  const backOff = (client: (typeof all)[number], now: number): void => {
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** client.failures++);
    client.triesAt = now + pause * (1 + random());
  };
  for (let now = server.diedAt; left > 0; now += step) {
    served = served.filter((until) => until > now);
    for (const client of all) {
      if (client.triesAt > now) continue;
      if (now < server.servesAt) backOff(client, now);
      else if (!client.told) {
        client.told = true;
        backOff(client, now);
      } else if (waiting.length >= server.mostWaiting) backOff(client, now);
      else {
        waiting.push({ client, since: now });
        client.triesAt = Infinity;
        first ??= now;
      }
    }
    for (const { client, since } of waiting) if (now - since > LONGEST_WAIT) backOff(client, now);
    waiting = waiting.filter(({ since }) => now - since <= LONGEST_WAIT);
    while (waiting.length > 0 && served.length < server.lists(now - first!)) {
      waiting.shift();
      served.push(now + server.serviceMicros);
      last = now + server.serviceMicros;
      left--;
    }
  }
  return last;
}
