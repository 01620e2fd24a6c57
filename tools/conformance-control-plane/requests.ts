import { decodeObject } from '../../src/sim/api/decode/decode-object.ts';
import { factsOf, keyOf, KINDS, objectKey, type ApiObject, type Kind } from '../../src/sim/api/kinds.ts';
import { fieldPath, type Problem } from '../../src/sim/api/problem.ts';
import type { JsonPatchOperation, Request, Response, StatusCause } from '../../src/sim/api/request.ts';
import { NotReplayed } from './not-replayed.ts';
import type { World } from './world.ts';

/** An answer as `facts.json` has it, with what was asked. */
export interface Answer {
  readonly req: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly [more: string]: unknown;
}

export type Done = (answer: Answer) => void;
type Json = Readonly<Record<string, unknown>>;

/** Sends one request and puts its answer into the words of the recordings. */
export function send(world: World, req: string, request: Request, okCode: number, done: Done): void {
  world.client.send(request, (response) => done(answerOf(world, req, response, okCode)));
}

export function answerOf(world: World, req: string, response: Response, okCode: number): Answer {
  if (response.ok) return { req, code: okCode };
  const { code, reason, message, causes } = response;
  if (reason === 'MethodNotAllowed') throw new NotReplayed(`${req}: ${message}`);
  return {
    req,
    code,
    ...(reason === '' ? {} : { reason }),
    message: world.names.text(message),
    ...(causes === undefined || causes.length === 0 ? {} : { causes: causes.map((cause) => plain(world, cause)) }),
  };
}

function plain(world: World, cause: StatusCause): StatusCause {
  const { reason, message, field } = cause;
  return { reason, message: world.names.text(message), ...(field === undefined ? {} : { field }) };
}

/** POST of an object as a recording writes it. */
export function create(world: World, raw: Json, done: Done): void {
  const object = decoded(world, raw);
  send(world, `POST ${object.kind}/${object.metadata.name}`, { verb: 'create', object }, 201, done);
}

/** PATCH of an object, `strategic` where no type is named. */
export function patch(
  world: World,
  { kind, name, type, body, sub }: { kind: string; name: string; type?: string; body: Json; sub?: string },
  done: Done,
): void {
  const known = knownKind(kind);
  const req = `PATCH ${kind}/${world.names.named(name)}`;
  const key = keyIn(world, known, name);
  const subresource = sub as 'status' | 'scale' | undefined;
  const asked = { verb: 'patch', kind: known, key, subresource } as const;
  const request: Request =
    type === 'json'
      ? { ...asked, patchType: 'json', patch: body as unknown as readonly JsonPatchOperation[] }
      : { ...asked, patchType: (type ?? 'strategic') as 'strategic' | 'merge', patch: body };
  send(world, req, request, 200, done);
}

/** A kind by its name, if it is simulated. */
export function knownKind(kind: string): Kind {
  if (!Object.hasOwn(KINDS, kind)) throw new NotReplayed(`kind ${kind}`);
  return kind as Kind;
}

export function keyIn(world: World, kind: Kind, name: string): string {
  return objectKey(factsOf(kind).namespaced ? world.namespace : '', name);
}

/** The canonical object of plain JSON, in the recording's namespace where it names none. */
export function decoded(world: World, raw: Json, snapshot = false): ApiObject {
  const problems: Problem[] = [];
  const metadata = { namespace: world.namespace, ...(raw['metadata'] as Json | undefined) };
  const object = decodeObject({ ...raw, metadata }, (problem) => problems.push(problem), { snapshot });
  if (object !== undefined) return object;
  const said = problems.map(({ path, message }) => `${fieldPath(path)}: ${message}`).join('; ');
  const { name } = metadata as { readonly name?: string };
  throw new NotReplayed(`${String(raw['kind'])} ${name ?? ''}: ${said}`);
}

export { keyOf };
