import { encodeObject } from '../../src/sim/api/encode-object.ts';
import type { Response } from '../../src/sim/api/request.ts';
import { readRequest, type HttpRequest } from '../../src/sim/control-plane/api-server/http/read-request.ts';
import { answerOf, type Answer, type Done } from './requests.ts';
import type { World } from './world.ts';

type Json = Readonly<Record<string, unknown>>;

/** A request as the recordings write one out. */
export interface RawRequest {
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  /** Names for what the answer says at a path such as `items.0.metadata.name`. */
  readonly save?: Readonly<Record<string, string>>;
}

/** What earlier answers were saved as, for one step. */
export type Saved = Map<string, string>;

/** Sends a request as it is written, with `{ns}` and what was saved before filled in. */
export function rawRequest(world: World, raw: RawRequest, saved: Saved, done: Done): void {
  const { method, path, body, contentType } = raw;
  const fill = (text: string): string =>
    text.replaceAll('{ns}', world.namespace).replace(/\$\{(\w+)\}/g, (_all, name: string) => saved.get(name) ?? '');
  const filled: unknown =
    body === undefined
      ? undefined
      : JSON.parse(JSON.stringify(body), (_key, one: unknown) => (typeof one === 'string' ? fill(one) : one));
  const asked = { req: `${method} ${path}`, body: body ?? null };
  const answered = (response: Response): void => {
    for (const [name, where] of Object.entries(raw.save ?? {})) saved.set(name, textAt(wireOf(response), where));
    const answer: Answer = answerOf(world, asked.req, response, method === 'POST' ? 201 : 200);
    done({ ...answer, ...asked });
  };
  const read = readRequest({ method, url: fill(path), contentType, body: filled });
  if (read.ok) world.client.send(read.request, answered);
  else answered(read);
}

function wireOf(response: Response): unknown {
  if (!response.ok) return {};
  if (response.list !== undefined) return { items: response.list.items.map((item) => encodeObject(item)) };
  return response.object === undefined ? {} : encodeObject(response.object);
}

function textAt(value: unknown, path: string): string {
  let here = value;
  for (const part of path.split('.')) here = (here as Json | undefined)?.[part];
  return typeof here === 'string' ? here : '';
}
