/** Something a recording asks for that the simulator or the replayer cannot do yet: a line in the output, no crash. */
export class NotReplayed extends Error {
  override readonly name = 'NotReplayed';
}
