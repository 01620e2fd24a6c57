import type { Response } from '../../api/request.ts';

/** What a request has come to that is several writes: the next of them is still to come, against the state of then. */
export interface Unfinished {
  readonly next: () => Response | Unfinished;
}

export function isUnfinished(made: Response | Unfinished): made is Unfinished {
  return 'next' in made;
}

/** Makes all writes that are still to come at once. */
export function finished(made: Response | Unfinished): Response {
  let latest = made;
  while (isUnfinished(latest)) latest = latest.next();
  return latest;
}
