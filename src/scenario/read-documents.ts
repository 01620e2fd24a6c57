import type { SourceDocument } from './document.ts';
import { readJson } from './read-json.ts';
import { readYaml } from './yaml/reader.ts';
import type { ProblemSink } from './problem.ts';
import { isJsonName } from './decode-text.ts';
import { LIMITS } from './limits.ts';
import type { SourceFile } from './source-file.ts';

/** The documents of a text: JSON when it is JSON, which is much faster to read, otherwise YAML. */
export function readDocuments(source: SourceFile, report: ProblemSink): SourceDocument[] {
  if (isJsonName(source.name)) return readJson(source, report);
  if (/^\s*[{[]/.test(source.text)) {
    let clean = true;
    const documents = readJson(source, () => (clean = false));
    if (clean) return documents;
  }
  if (source.text.length > LIMITS.yamlBytes) {
    report({
      code: 'file-too-large',
      severity: 'error',
      message: `\`${source.name}\` is too large for YAML`,
      source,
      span: undefined,
    });
    return [];
  }
  return readYaml(source, report);
}
