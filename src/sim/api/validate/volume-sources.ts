/** The keys of a volume's or PersistentVolume's sources that are set, in the object's order. */
export function sourcesOf(volume: Readonly<Record<string, unknown>>, others: readonly string[]): string[] {
  return Object.keys(volume).filter((key) => !others.includes(key) && volume[key] !== undefined);
}
