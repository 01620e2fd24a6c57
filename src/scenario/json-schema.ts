import { z } from 'zod';
import { scenarioSchema } from './schema.ts';

/** The form of a scenario as JSON Schema (draft 7), which editors use to complete and check while one types. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(scenarioSchema, { target: 'draft-7', io: 'input' }) as Record<
    string,
    unknown
  >;
  return {
    $schema,
    $comment: 'Made by `npm run schema` from src/scenario/schema.ts.',
    title: 'Orrery scenario',
    ...rest,
  };
}

/** The text of `scenarios/scenario.schema.json`. */
export function scenarioJsonSchemaText(): string {
  return JSON.stringify(scenarioJsonSchema(), null, 2) + '\n';
}
