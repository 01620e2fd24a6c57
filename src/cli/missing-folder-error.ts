/** The folder in which the user stands is gone: somebody has deleted it, or taken away the right to see it. */
export class MissingFolderError extends Error {
  override readonly name = 'MissingFolderError';

  constructor() {
    super('the folder in which this shell stands is not there any more: go to another one (cd) and try again');
  }
}
