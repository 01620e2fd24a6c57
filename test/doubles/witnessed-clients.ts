import type { ClientRateLimit } from '../../src/sim/api/request.ts';
import { SimulatedApiServer } from '../../src/sim/control-plane/api-server/api-server.ts';
import { ProcessApi } from '../../src/sim/control-plane/process/process-api.ts';
import type { SeenClient } from '../oracle/seen.ts';

/**
 * Does something, and looks over the shoulder of every client that a process with a rate limit makes meanwhile: when what
 * it sends leaves the process, behind the bucket of its tokens.
 */
export function witnessClients<T>(now: () => number, act: () => T): { readonly result: T; clients: SeenClient[] } {
  const clients: SeenClient[] = [];
  let asked: ClientRateLimit | undefined;
  const { client: ofProcess } = ProcessApi.prototype;
  const { client: ofServer } = SimulatedApiServer.prototype;
  ProcessApi.prototype.client = function (this: ProcessApi, identity, limit) {
    asked = limit;
    const made = ofProcess.call(this, identity, limit);
    asked = undefined;
    return made;
  };
  SimulatedApiServer.prototype.client = function (this: SimulatedApiServer, identity, limit, connection, user) {
    const through = ofServer.call(this, identity, limit, connection, user);
    if (asked === undefined) return through;
    const sent: number[] = [];
    clients.push({ name: `${identity} of ${connection}`, limit: asked, sent });
    return {
      send: (request, answer) => {
        sent.push(now());
        through.send(request, answer);
      },
      writeEvent: (write, create, writer) => {
        sent.push(now());
        through.writeEvent(write, create, writer);
      },
      wakeAt: (time, writer) => through.wakeAt(time, writer),
    };
  };
  try {
    return { result: act(), clients };
  } finally {
    ProcessApi.prototype.client = ofProcess;
    SimulatedApiServer.prototype.client = ofServer;
  }
}
