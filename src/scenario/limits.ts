/**
 * What one input may weigh. These stand in front of the parsers, whose own cost can be far out of proportion to a
 * hostile text.
 */
export const LIMITS = {
  /** Bytes of one YAML file. */
  yamlBytes: 10_000_000,
  /** Bytes of one JSON file: a snapshot of a large cluster. */
  jsonBytes: 500_000_000,
  /** Maps and sequences inside one another. */
  depth: 64,
  /** Values of one file, with every alias counted at the size of what it stands for. */
  nodes: 1_000_000,
  /** Characters of one scalar or key of a YAML file. */
  documents: 200_000,
} as const;
