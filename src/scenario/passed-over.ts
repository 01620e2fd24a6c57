import { isMisspeltIdentity } from './manifests.ts';
import { valueAt, type SourceDocument } from './document.ts';
import type { ProblemSink } from './problem.ts';

/** What an object of Kubernetes has even where its `apiVersion` and `kind` are forgotten. */
const MEMBERS_OF_OBJECTS = ['metadata', 'spec', 'status', 'items'] as const;

/**
 * The documents of a folder that are meant as objects. Folders of manifests also hold values for charts, Compose files,
 * dashboards, patches: what shows no sign of an object is passed over with a warning. A file named by itself is not asked
 * this: whoever names it means it.
 */
export function manifestsOfFolder(documents: readonly SourceDocument[], report: ProblemSink): SourceDocument[] {
  const told = new Set<SourceDocument['source']>();
  return documents.filter((document) => {
    if (isMeantAsObject(document.data)) return true;
    if (!told.has(document.source)) {
      told.add(document.source);
      const place = document.locate([]);
      report({
        code: 'not-a-manifest',
        severity: 'warning',
        message: 'passed over: it has neither apiVersion nor kind, as every manifest does',
        source: place.source,
        span: place.span,
      });
    }
    return false;
  });
}

function isMeantAsObject(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return false;
  return (
    ['apiVersion', 'kind', ...MEMBERS_OF_OBJECTS].some((name) => valueAt(data, [name]) !== undefined) ||
    isMisspeltIdentity(data)
  );
}
