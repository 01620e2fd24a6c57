import type { Engine, EventKind } from '../engine/engine.ts';
import { keyOf } from '../api/kinds.ts';
import type { Pod } from '../api/pod.ts';
import type { ApiServer, Client, Response } from '../api/request.ts';
import type { WorkloadSpec } from '../scenario/workload.ts';
import { podOrdinal } from './pod-ordinal.ts';

/** What failed is tried again as the keys of a controller's queue are: 5 ms later, twice as long each time, up to 1,000 s. */
const FIRST_RETRY_MICROS = 5_000;
const LONGEST_RETRY_MICROS = 1_000_000_000;

interface Deletion {
  readonly client: Client;
  readonly key: string;
  readonly uid: string;
  pauseMicros: number;
}

/** Takes pods of workloads away that have succeeded, as a Job's owner would: until they are gone. */
export class FinishedPods {
  readonly #engine: Engine;
  readonly #clients = new Map<string, Client>();
  #again: EventKind | undefined;

  constructor(engine: Engine, api: ApiServer) {
    this.#engine = engine;
    api.watch({
      kind: 'Pod',
      receive: ({ type, object, previous }) => {
        const pod = object as Pod;
        if (type === 'DELETED' || pod.status.phase !== 'Succeeded') return;
        if ((previous as Pod | undefined)?.status.phase === 'Succeeded') return;
        this.#succeeded(pod);
      },
    });
  }

  /** From now on the workload's finished pods are deleted by `client`. */
  deleteBy(client: Client, { namespace, name }: WorkloadSpec): void {
    this.#clients.set(namespace + '/' + name, client);
  }

  #succeeded(pod: Pod): void {
    const { namespace, uid, deletionTimestamp } = pod.metadata;
    const arrived = podOrdinal(pod);
    if (deletionTimestamp !== undefined || arrived === undefined) return;
    const client = this.#clients.get(namespace + '/' + arrived.workload);
    if (client !== undefined) this.#delete({ client, key: keyOf(pod), uid, pauseMicros: FIRST_RETRY_MICROS });
  }

  #delete(deletion: Deletion): void {
    const { client, key, uid } = deletion;
    client.send({ verb: 'delete', kind: 'Pod', key, uid }, (response) => {
      if (!isDone(response)) this.#later(deletion);
    });
  }

  #later(deletion: Deletion): void {
    this.#again ??= this.#engine.on('workload/deletes-again', (_a, _b, ref) => this.#delete(ref as Deletion));
    this.#engine.after(deletion.pauseMicros, this.#again, 0, 0, deletion);
    deletion.pauseMicros = Math.min(2 * deletion.pauseMicros, LONGEST_RETRY_MICROS);
  }
}

/** It is going, or gone: another pod that has its name by now is not meant. */
function isDone(response: Response): boolean {
  return response.ok || response.code === 404 || response.code === 409;
}
