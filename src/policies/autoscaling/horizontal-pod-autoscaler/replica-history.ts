/** A number and when it was noted. Microseconds. */
export interface Note {
  readonly value: number;
  readonly at: number;
}

/** What is remembered of one autoscaler: it does not survive the controller, as in Kubernetes. */
export interface ReplicaHistory {
  /** Proposals of earlier passes, before any limits. */
  recommendations: Note[];
  /** Replicas added and removed, both positive; kept only where there are rules. */
  scaleUps: Note[];
  scaleDowns: Note[];
}

export function newHistory(currentReplicas: number, now: number): ReplicaHistory {
  return { recommendations: [{ value: currentReplicas, at: now }], scaleUps: [], scaleDowns: [] };
}

/** Adds a note in the place of the last one that is older than `cutoff`, else at the end: the list stays short. */
export function remember(notes: Note[], note: Note, isOld: (old: Note) => boolean): void {
  let place = -1;
  notes.forEach((old, i) => {
    if (isOld(old)) place = i;
  });
  if (place < 0) notes.push(note);
  else notes[place] = note;
}

/** The sum of what happened within a period before now. */
export function changeWithin(notes: readonly Note[], periodMicros: number, now: number): number {
  let sum = 0;
  for (const { value, at } of notes) if (at > now - periodMicros) sum += value;
  return sum;
}
