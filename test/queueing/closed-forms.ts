/** The formulas of queueing theory that the engine has to reproduce. Rates a second, times in seconds. */

/** Erlang's B: the share of arrivals that find all c servers busy, for an offered load of a. */
export function erlangB(a: number, c: number): number {
  let blocked = 1;
  for (let k = 1; k <= c; k++) blocked = (a * blocked) / (k + a * blocked);
  return blocked;
}

/** Erlang's C: the share of arrivals that wait, with c servers and room for all. */
export function erlangC(a: number, c: number): number {
  const blocked = erlangB(a, c);
  return blocked / (1 - (a / c) * (1 - blocked));
}

/** The mean wait in M/M/c. */
export function waitInMMc(arrivalRate: number, serviceRate: number, c: number): number {
  return erlangC(arrivalRate / serviceRate, c) / (c * serviceRate - arrivalRate);
}

/** The mean wait in M/G/1 (Pollaczek and Khinchine), from the mean and the squared coefficient of variation. */
export function waitInMG1(arrivalRate: number, meanService: number, scv: number): number {
  const load = arrivalRate * meanService;
  return ((load / (1 - load)) * (1 + scv) * meanService) / 2;
}

/** The probabilities of 0 to K inside M/M/1/K with the load r. */
export function statesOfMM1K(r: number, K: number): readonly number[] {
  return normalised(Array.from({ length: K + 1 }, (_, n) => r ** n));
}

/** The probabilities of 0 to N machines down, with R crews. */
export function statesOfMachineRepair(
  N: number,
  R: number,
  failureRate: number,
  repairRate: number,
): readonly number[] {
  const weights = [1];
  for (let n = 0; n < N; n++) {
    weights.push((weights[n]! * (N - n) * failureRate) / (Math.min(n + 1, R) * repairRate));
  }
  return normalised(weights);
}

export function meanState(states: readonly number[]): number {
  return states.reduce((sum, p, n) => sum + p * n, 0);
}

function normalised(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
