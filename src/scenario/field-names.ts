import type { z } from 'zod';
import type { FieldNames } from './explain-issues.ts';

/** Looks up, in a schema, which member names it allows at a path. Forms that a value may have are taken together. */
export function fieldNamesOf(schema: z.ZodType): FieldNames {
  return (path) => {
    let schemas: z.core.$ZodType[] = [schema];
    for (const part of path) schemas = schemas.flatMap((each) => step(each, part));
    const names = schemas.flatMap((each) =>
      plainForms(each).flatMap((form) =>
        form._zod.def.type === 'object' ? Object.keys((form as z.ZodObject)._zod.def.shape) : [],
      ),
    );
    return names.length === 0 ? undefined : [...new Set(names)];
  };
}

function step(schema: z.core.$ZodType, part: string | number): z.core.$ZodType[] {
  return plainForms(schema).flatMap((form) => {
    const { def } = form._zod;
    if (def.type === 'object') {
      const shape = (form as z.ZodObject)._zod.def.shape as Record<string, z.core.$ZodType>;
      return typeof part === 'string' && Object.hasOwn(shape, part) ? [shape[part] as z.core.$ZodType] : [];
    }
    if (def.type === 'array') return typeof part === 'number' ? [(form as z.ZodArray)._zod.def.element] : [];
    if (def.type === 'record') return [(form as z.ZodRecord)._zod.def.valueType];
    return [];
  });
}

/** A schema without its wrappers; several when it is a union. */
function plainForms(schema: z.core.$ZodType): z.core.$ZodType[] {
  const def = schema._zod.def as { type: string } & Record<string, unknown>;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
      return plainForms(def['innerType'] as z.core.$ZodType);
    case 'pipe':
      return plainForms(def['in'] as z.core.$ZodType);
    case 'union':
      return (def['options'] as z.core.$ZodType[]).flatMap(plainForms);
    default:
      return [schema];
  }
}
