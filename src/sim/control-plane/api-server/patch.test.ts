import { expect, it } from 'vitest';
import { Engine } from '../../engine/engine.ts';
import { makeNamespace, makePod } from '../../../../test/doubles/objects.ts';
import type { Request, Response } from '../../api/request.ts';
import { DEFAULT_PARAMETERS } from '../../default-parameters.ts';
import { SimulatedApiServer } from './api-server.ts';

it("a component's patch that names a version changes that version and no other", () => {
  const engine = new Engine();
  const server = new SimulatedApiServer(engine, DEFAULT_PARAMETERS);
  server.install(makeNamespace('default'));
  const client = server.client('test', undefined);
  const answerTo = (request: Request): Response => {
    let answer: Response | undefined;
    client.send(request, (response) => (answer = response));
    engine.run();
    return answer!;
  };
  const labelled = (value: string, resourceVersion?: number): Response => {
    const metadata = { labels: { a: value }, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    return answerTo({ verb: 'patch', kind: 'Pod', key: 'default/p', patch: { metadata } });
  };
  const created = answerTo({ verb: 'create', object: makePod('p') });
  const version = created.ok ? created.object!.metadata.resourceVersion : 0;
  expect(labelled('b', version)).toMatchObject({ ok: true, object: { metadata: { labels: { a: 'b' } } } });
  expect(labelled('c', version)).toMatchObject({ ok: false, code: 409, reason: 'Conflict' });
  expect(labelled('d')).toMatchObject({ ok: true, object: { metadata: { labels: { a: 'd' } } } });
});
