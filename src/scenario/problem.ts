import type { ProblemCode } from './problem-codes.ts';
import type { SourceFile, Span } from './source-file.ts';

export type Severity = 'error' | 'warning';

/** A second place that a problem is about, for instance where a name was used first. */
export interface RelatedPlace {
  readonly source: SourceFile;
  readonly span: Span;
  readonly label: string;
}

/** One thing that is wrong, or odd, in what the user wrote. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  /** Stands alone: understandable without the excerpt. */
  readonly message: string;
  readonly source: SourceFile;
  /** Absent when the problem is with the file as a whole. */
  readonly span: Span | undefined;
  /** Text beside the caret. */
  readonly label?: string | undefined;
  /** Path inside the document, for instance `spec.cluster.nodes[0].count`. */
  readonly path?: string | undefined;
  readonly help?: string | undefined;
  readonly note?: string | undefined;
  readonly related?: readonly RelatedPlace[];
}

/** Where readers put what they find. */
export type ProblemSink = (problem: Problem) => void;

/** By file in order of first appearance, then by place. Errors and warnings together: order is that of the text. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const fileOrder = new Map<string, number>();
  for (const { source } of problems) if (!fileOrder.has(source.name)) fileOrder.set(source.name, fileOrder.size);
  return problems
    .map((problem, index) => ({ problem, index }))
    .sort(
      (a, b) =>
        (fileOrder.get(a.problem.source.name) ?? 0) - (fileOrder.get(b.problem.source.name) ?? 0) ||
        (a.problem.span?.start ?? -1) - (b.problem.span?.start ?? -1) ||
        a.index - b.index,
    )
    .map(({ problem }) => problem);
}
