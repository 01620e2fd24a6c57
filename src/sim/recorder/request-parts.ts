/** Of which parts the time of one request was made, in microseconds. */
export interface RequestParts {
  readonly rateLimiter: number;
  readonly network: number;
  readonly queue: number;
  readonly work: number;
  readonly admission: number;
  readonly webhooks: number;
  readonly etcd: number;
  readonly encode: number;
}

/** What the parts of many requests come to, in microseconds. */
export class PartSums implements RequestParts {
  count = 0;
  rateLimiter = 0;
  network = 0;
  queue = 0;
  work = 0;
  admission = 0;
  webhooks = 0;
  etcd = 0;
  encode = 0;

  /** HOT: once a request. */
  add(parts: RequestParts): void {
    this.count++;
    this.rateLimiter += parts.rateLimiter;
    this.network += parts.network;
    this.queue += parts.queue;
    this.work += parts.work;
    this.admission += parts.admission;
    this.webhooks += parts.webhooks;
    this.etcd += parts.etcd;
    this.encode += parts.encode;
  }
}

/** The parts by name, as a request goes through them; what nobody had to spend is left out. */
export function partsInOrder(parts: RequestParts): (readonly [string, number])[] {
  const all = [
    ['rate limiter', parts.rateLimiter],
    ['network', parts.network],
    ['queue', parts.queue],
    ['work', parts.work],
    ['admission', parts.admission],
    ['webhooks', parts.webhooks],
    ['etcd', parts.etcd],
    ['encode', parts.encode],
  ] as const;
  return all.filter(([, micros]) => micros > 0);
}
