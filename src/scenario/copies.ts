import { z } from 'zod';
import type { ApiObject } from '../sim/api/kinds.ts';
import { podsAtOnce } from '../sim/api/pod-template.ts';
import type { Remark } from './build-scenario.ts';
import { MOST_PODS } from './cluster-size.ts';
import { copiesOf } from './copy-objects.ts';
import { count } from './fields.ts';
import { Inventory } from './inventory.ts';

export const copiesSchema = z
  .strictObject({
    of: z
      .array(z.string().min(1))
      .min(1)
      .describe('Objects of the manifests that belong together, for instance [deployment/app, service/app].'),
    count: count(1_000_000),
  })
  .describe(
    'The objects are not applied themselves but COUNT times over, called NAME-0, NAME-1 and so on; wherever a label or a selector has the value NAME, a copy has its own name.',
  );

/** The objects, and in place of those to be copied their copies. */
export function withCopies(
  objects: readonly ApiObject[],
  copies: readonly z.output<typeof copiesSchema>[],
  remark: Remark,
): ApiObject[] {
  let rest = [...objects];
  const made: ApiObject[] = [];
  const inventory = new Inventory(objects);
  for (const [index, { of, count }] of copies.entries()) {
    const group: ApiObject[] = [];
    for (const [position, reference] of of.entries()) {
      const found = inventory.find(reference);
      if (found.ok) group.push(found.object);
      else
        remark(['spec', 'copies', index, 'of', position], {
          code: 'unknown-object',
          message: found.message,
          help: found.help,
        });
    }
    const pods = group.reduce((sum, object) => sum + podsAtOnce(object), 0);
    if (pods * count > MOST_PODS) {
      remark(['spec', 'copies', index, 'count'], {
        code: 'too-many-pods',
        message: `these copies make ${pods * count} pods; at most ${MOST_PODS} are simulated`,
      });
      continue;
    }
    rest = rest.filter((object) => !group.includes(object));
    made.push(...copiesOf(group, count));
  }
  return [...rest, ...made];
}
