import type { Engine, EventKind } from '../engine/engine.ts';
import { unreachable } from '../engine/assert.ts';
import { keyOf, type ApiObject } from '../api/kinds.ts';
import type { Container } from '../api/pod.ts';
import type { ApiServer, Client, Response } from '../api/request.ts';
import type { Deployment } from '../api/workloads.ts';
import type { KubectlCommand } from '../scenario.ts';
import { applyPatch } from './apply-patch.ts';

/** kubectl's maxPatchRetry: a conflicting apply is tried so often, waiting after the first time. */
const APPLY_TRIES = 5;
const APPLY_BACK_OFF = 1_000_000;

/** A command of the timeline: what was written, for messages, and what it means. */
export interface CommandLine {
  readonly text: string;
  readonly command: KubectlCommand;
}

/** A command, or a part of one, that the API server refused. */
export interface CommandFailure {
  readonly at: number;
  readonly text: string;
  readonly message: string;
}

/**
 * Carries out the timeline's commands as kubectl does: through a client of its own, object after object, with what it
 * remembers of manifests applied before. A failure is told and ends the command, save that apply goes on to the next
 * object.
 */
export class Kubectl {
  readonly #engine: Engine;
  readonly #client: Client;
  readonly #failed: (failure: CommandFailure) => void;
  readonly #command: EventKind;
  readonly #again: EventKind;
  readonly #lastApplied = new Map<string, ApiObject>();

  constructor(engine: Engine, api: ApiServer, failed: (failure: CommandFailure) => void) {
    this.#engine = engine;
    this.#client = api.client('kubectl', undefined);
    this.#failed = failed;
    this.#command = engine.on('workload/kubectl', (_a, _b, line) => this.#run(line as CommandLine));
    this.#again = engine.on('workload/kubectl-again', (_a, _b, again) => (again as () => void)());
  }

  /** Runs a command at a time. */
  at(micros: number, line: CommandLine): void {
    this.#engine.at(micros, this.#command, 0, 0, line);
  }

  #run(line: CommandLine): void {
    const { command } = line;
    switch (command.verb) {
      case 'apply':
        this.#applyFrom(line, command.objects, 0);
        return;
      case 'scale': {
        const { kind, key, replicas } = command;
        this.#client.send({ verb: 'patch', kind, key, patch: { spec: { replicas } } }, (response) =>
          this.#check(line, response),
        );
        return;
      }
      case 'set-image':
        this.#setImage(line, command.key, command.images);
        return;
      case 'delete': {
        const { kind, key, gracePeriodSeconds } = command;
        const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
        this.#client.send({ verb: 'delete', kind, key, propagation: 'Background', ...grace }, (response) =>
          this.#check(line, response),
        );
        return;
      }
      default:
        unreachable(command);
    }
  }

  #applyFrom(line: CommandLine, objects: readonly ApiObject[], index: number): void {
    const object = objects[index];
    if (object !== undefined) this.#apply(line, object, 1, () => this.#applyFrom(line, objects, index + 1));
  }

  /** Create where there is nothing of the name, else a patch of what differs. */
  #apply(line: CommandLine, object: ApiObject, attempt: number, then: () => void): void {
    const { kind } = object;
    const key = keyOf(object);
    this.#client.send({ verb: 'get', kind, key }, (found) => {
      if (!found.ok && found.reason !== 'NotFound') {
        this.#check(line, found);
        then();
        return;
      }
      if (!found.ok || found.object === undefined) {
        this.#client.send({ verb: 'create', object }, (created) => {
          if (this.#check(line, created)) this.#lastApplied.set(kind + '/' + key, object);
          then();
        });
        return;
      }
      const patch = applyPatch(found.object, object, this.#lastApplied.get(kind + '/' + key));
      if (patch === undefined) {
        this.#lastApplied.set(kind + '/' + key, object);
        then();
        return;
      }
      const { uid } = found.object.metadata;
      this.#client.send({ verb: 'patch', kind, key, uid, patch }, (patched) => {
        if (!patched.ok && patched.reason === 'Conflict' && attempt < APPLY_TRIES) {
          const wait = attempt === 1 ? 0 : APPLY_BACK_OFF;
          this.#engine.after(wait, this.#again, 0, 0, () => this.#apply(line, object, attempt + 1, then));
          return;
        }
        if (this.#check(line, patched)) this.#lastApplied.set(kind + '/' + key, object);
        then();
      });
    });
  }

  #setImage(line: CommandLine, key: string, images: Readonly<Record<string, string>>): void {
    this.#client.send({ verb: 'get', kind: 'Deployment', key }, (found) => {
      if (!this.#check(line, found) || !found.ok) return;
      const deployment = found.object as Deployment;
      const { containers, initContainers = [] } = deployment.spec.template.spec;
      const known = [...containers, ...initContainers].map((container) => container.name);
      const unknown = Object.keys(images).filter((name) => name !== '*' && !known.includes(name));
      for (const name of unknown) this.#fail(line, `error: unable to find container named "${name}"`);
      if (unknown.length > 0) return;
      const spec: Record<string, unknown> = {};
      if (anyImageChanges(containers, images)) spec['containers'] = containers.map((one) => withImage(one, images));
      if (anyImageChanges(initContainers, images)) {
        spec['initContainers'] = initContainers.map((one) => withImage(one, images));
      }
      if (Object.keys(spec).length === 0) return;
      const patch = { spec: { template: { spec } } };
      this.#client.send({ verb: 'patch', kind: 'Deployment', key, patch }, (response) => this.#check(line, response));
    });
  }

  #check(line: CommandLine, response: Response): boolean {
    if (!response.ok) this.#fail(line, `Error from server (${response.reason}): ${response.message}`);
    return response.ok;
  }

  #fail(line: CommandLine, message: string): void {
    this.#failed({ at: this.#engine.now, text: line.text, message });
  }
}

function imageOf(container: Container, images: Readonly<Record<string, string>>): string {
  return images[container.name] ?? images['*'] ?? container.image;
}

function anyImageChanges(containers: readonly Container[], images: Readonly<Record<string, string>>): boolean {
  return containers.some((container) => imageOf(container, images) !== container.image);
}

function withImage(container: Container, images: Readonly<Record<string, string>>): Container {
  const image = imageOf(container, images);
  return image === container.image ? container : { ...container, image };
}
