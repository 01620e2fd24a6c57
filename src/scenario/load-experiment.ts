import { dirname } from 'node:path';
import { experimentSchema, type ExperimentDocument } from './experiment-schema.ts';
import { explainIssues } from './explain-issues.ts';
import { fieldNamesOf } from './field-names.ts';
import { Findings } from './findings.ts';
import { readDocuments } from './read-documents.ts';
import { isFolder, readSource } from './read-source.ts';
import { resolveFrom } from './resolve-path.ts';
import { SourceFile } from './source-file.ts';

export interface LoadedExperiment {
  readonly name: string;
  /** The scenario's file, from where the experiment lies. */
  readonly scenario: string;
  readonly spec: ExperimentDocument['spec'];
}

/**
 * Reads a file of an Experiment; `undefined` when the file holds something else, for instance a scenario.
 *
 * @throws ScenarioError with everything that is wrong
 */
export function loadExperiment(path: string): LoadedExperiment | undefined {
  if (isFolder(path)) return undefined;
  const findings = new Findings();
  const source = readSource(path, (problem) =>
    findings.report({ severity: 'error', source: new SourceFile(path, ''), span: undefined, ...problem }),
  );
  findings.stopIfFailed();
  const [document] = readDocuments(source!, findings.report);
  const kind = (document?.data as { kind?: unknown } | null)?.kind;
  // Whatever else is wrong with another kind of file is said by who reads it.
  if (document === undefined || kind !== 'Experiment') return undefined;
  findings.stopIfFailed();
  const result = experimentSchema.safeParse(document.data);
  if (!result.success) {
    explainIssues(document, result.error.issues, fieldNamesOf(experimentSchema), findings.report);
    findings.stopIfFailed();
  }
  const { metadata, spec } = result.data!;
  return { name: metadata.name, scenario: resolveFrom(dirname(path), spec.scenario), spec };
}
