import { basename, dirname, resolve } from 'node:path';
import type { CustomKind } from '../sim/api/custom-object.ts';
import type { Report } from '../sim/api/problem.ts';
import type { Scenario } from '../sim/scenario/scenario.ts';
import { buildScenario } from './build-scenario.ts';
import { definedResources } from './custom-resources.ts';
import type { SourceDocument } from './document.ts';
import { valueAt } from './document.ts';
import { explainIssues } from './explain-issues.ts';
import { fieldNamesOf } from './field-names.ts';
import { Findings } from './findings.ts';
import type { Problem } from './problem.ts';
import { nearest } from '../sim/api/decode/nearest.ts';
import { readDocuments } from './read-documents.ts';
import { manifestsOfFolder } from './passed-over.ts';
import { isFolder, manifestFiles, readSource, type Complain } from './read-source.ts';
import { decodeManifests } from './manifests.ts';
import { API_VERSION, scenarioSchema, type ScenarioDocument } from './schema.ts';
import { complainFrom, resolveFrom } from './resolve-path.ts';
import { applyOverrides } from './set-overrides.ts';
import { SourceFile } from './source-file.ts';

export interface LoadOptions {
  /** `path=value` each, applied before validation. */
  readonly set?: readonly string[];
  /** In place of the scenario's own seed. */
  readonly seed?: string;
  /**
   * Validates a KubeSchedulerConfiguration and returns what the scheduler is to be given. Handed in, because only the
   * policies know what it may hold. Without it the configuration is passed on as it was read.
   */
  readonly checkSchedulerConfiguration?: (raw: unknown, report: Report, policy: string | undefined) => unknown;
  /** Names of the schedulers there are, for the same reason. Without it any name is passed on. */
  readonly schedulers?: readonly string[];
  /** Names of the controllers there are; without it any name is passed on. */
  readonly controllers?: readonly string[];
  /** Custom kinds that controllers of the run work on. Objects of all others are accepted and have no effect. */
  readonly customKinds?: ReadonlySet<CustomKind>;
}

export interface LoadedScenario {
  readonly scenario: Scenario;
  /** What is valid but odd, in the order of the text. */
  readonly warnings: readonly Problem[];
}

/**
 * Reads a scenario file, a file of manifests, or a folder of manifests. Manifests alone run on the default cluster until
 * nothing but periodic work is left, for an hour at most.
 *
 * @throws ScenarioError with every problem of the phase that failed: reading, validation, or references
 */
export function loadScenario(path: string, options: LoadOptions = {}): LoadedScenario {
  if (isFolder(path)) return scenarioFromManifests([path], options);
  const findings = new Findings();
  const documents = readFile(path, findings);
  findings.stopIfFailed();
  if (documents.length === 0) {
    const source = new SourceFile(path, '');
    findings.report({
      code: 'no-documents',
      severity: 'error',
      message: `\`${path}\` is empty`,
      source,
      span: undefined,
    });
  }
  findings.stopIfFailed();
  const [scenario, ...others] = documents.filter((document) => looksLikeScenario(document.data));
  if (scenario === undefined) return fromDocuments(documents, [path], options, findings);
  for (const other of others) {
    const place = other.locate(['kind']);
    const first = scenario.locate(['kind']);
    findings.report({
      code: 'several-scenarios',
      severity: 'error',
      message: 'a file holds one Scenario',
      source: place.source,
      span: place.span,
      label: 'a second one',
      related: [{ source: first.source, span: first.span, label: 'the first' }],
    });
  }
  const embedded = documents.filter((document) => !looksLikeScenario(document.data));
  return finish(scenario, embedded, dirname(path), path, options, findings);
}

/** A scenario of nothing but manifests: files, or folders with all that lies in them. */
export function scenarioFromManifests(paths: readonly string[], options: LoadOptions = {}): LoadedScenario {
  const findings = new Findings();
  const documents: SourceDocument[] = [];
  for (const path of paths) {
    const complain: Complain = (problem) =>
      findings.report({ severity: 'error', source: new SourceFile(path, ''), span: undefined, ...problem });
    const found = manifestFiles(path, true, complain).flatMap((file) => readFile(file, findings));
    const meant = isFolder(path) ? manifestsOfFolder(found, findings.report) : found;
    if (found.length > 0 && meant.length === 0)
      complain({ code: 'file-missing', message: `the folder \`${path}\` holds no manifests`, help: undefined });
    documents.push(...meant);
  }
  return fromDocuments(documents, paths, options, findings);
}

function fromDocuments(
  documents: readonly SourceDocument[],
  paths: readonly string[],
  options: LoadOptions,
  findings: Findings,
): LoadedScenario {
  const name = nameFrom(paths[0] ?? '');
  const text = `apiVersion: ${API_VERSION}\nkind: Scenario\nmetadata: { name: ${name} }\nspec: {}\n`;
  const [frame] = readDocuments(new SourceFile('(manifests alone)', text), findings.report);
  const manifests = documents.filter((document) => {
    if (!looksLikeScenario(document.data)) return true;
    const place = document.locate(['kind']);
    findings.report({
      code: 'scenario-among-manifests',
      severity: 'warning',
      message: 'this Scenario is passed over: it lies in a folder of manifests',
      source: place.source,
      span: place.span,
      help: `run it by itself: orrery run ${place.source.name}`,
    });
    return false;
  });
  return finish(
    frame as SourceDocument,
    manifests,
    '.',
    undefined,
    options,
    findings,
    `What becomes of ${paths.join(', ')} on a cluster with room for everything?`,
  );
}

function finish(
  document: SourceDocument,
  embedded: readonly SourceDocument[],
  folder: string,
  path: string | undefined,
  options: LoadOptions,
  findings: Findings,
  question = document.leadingComment,
): LoadedScenario {
  applyOverrides(document, options.set ?? [], findings.report);
  const written = validate(document, findings);
  const documents = [...embedded, ...namedManifests(document, folder, path, findings)];
  const customResources = definedResources(documents, options.customKinds ?? new Set());
  const manifests = decodeManifests(documents, findings.report, customResources);
  findings.stopIfFailed();
  const scenario = buildScenario({
    document,
    written: written as ScenarioDocument,
    question,
    manifests,
    customResources,
    folder,
    findings,
    options,
  });
  findings.stopIfFailed();
  return { scenario, warnings: findings.warnings() };
}

function validate(document: SourceDocument, findings: Findings): ScenarioDocument | undefined {
  const { apiVersion } = document.data as { apiVersion?: unknown };
  if (typeof apiVersion === 'string' && apiVersion !== API_VERSION) {
    const place = document.locate(['apiVersion']);
    findings.report({
      code: 'invalid-value',
      severity: 'error',
      message: `\`apiVersion\` of a Scenario must be \`${API_VERSION}\``,
      source: place.source,
      span: place.span,
      path: 'apiVersion',
    });
    return undefined;
  }
  const result = scenarioSchema.safeParse(document.data);
  if (result.success) return result.data;
  explainIssues(document, result.error.issues, fieldNamesOf(scenarioSchema), findings.report);
  return undefined;
}

/** The documents of the files under `spec.manifests`, as far as that member is in order. */
function namedManifests(
  document: SourceDocument,
  folder: string,
  scenarioPath: string | undefined,
  findings: Findings,
): SourceDocument[] {
  const named = valueAt(document.data, ['spec', 'manifests']);
  if (!Array.isArray(named)) return [];
  const documents: SourceDocument[] = [];
  const seen = new Set<string>(scenarioPath === undefined ? [] : [resolve(scenarioPath)]);
  for (const [index, name] of (named as unknown[]).entries()) {
    if (typeof name !== 'string' || name === '') continue;
    const place = document.locate(['spec', 'manifests', index]);
    const complain = complainFrom(folder, name, (problem) =>
      findings.report({
        severity: 'error',
        source: place.source,
        span: place.span,
        path: `spec.manifests[${index}]`,
        ...problem,
      }),
    );
    const among = isFolder(resolveFrom(folder, name)) ? manifestsOfFolder : undefined;
    for (const file of manifestFiles(resolveFrom(folder, name), true, complain)) {
      if (seen.has(resolve(file))) continue;
      seen.add(resolve(file));
      let damaged = false;
      const source = readSource(file, complain);
      if (source === undefined) continue;
      const found = readDocuments(source, (problem) => {
        damaged ||= problem.severity === 'error';
        findings.report(problem);
      });
      if (found.length === 0 && !damaged)
        complain({ code: 'no-documents', severity: 'warning', message: `\`${file}\` is empty`, help: undefined });
      const meant = among?.(found, findings.report) ?? found;
      documents.push(...meant.filter(({ data }) => !looksLikeScenario(data)));
    }
  }
  return documents;
}

function readFile(path: string, findings: Findings): SourceDocument[] {
  const source = readSource(path, (problem) =>
    findings.report({ severity: 'error', source: new SourceFile(path, ''), span: undefined, ...problem }),
  );
  return source === undefined ? [] : readDocuments(source, findings.report);
}

/** Ours, or meant to be. */
function looksLikeScenario(data: unknown): boolean {
  const apiVersion = valueAt(data, ['apiVersion']);
  const kind = valueAt(data, ['kind']);
  if (typeof apiVersion === 'string' && /^orrery\b/.test(apiVersion)) return true;
  return (
    kind === 'Scenario' &&
    (apiVersion === undefined || typeof apiVersion !== 'string' || nearest(apiVersion, [API_VERSION]) !== undefined)
  );
}

/** A file's or folder's name as the name of a scenario. */
function nameFrom(path: string): string {
  const name = basename(resolve(path))
    .replace(/\.(?:ya?ml|json)$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');
  return name === '' ? 'manifests' : name;
}
