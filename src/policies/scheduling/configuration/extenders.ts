import {
  below,
  boolean,
  decimal,
  durationText,
  list,
  object,
  problem,
  text,
  type Place,
  type Reader,
} from './reading.ts';

interface TlsConfig {
  readonly insecure?: boolean;
  readonly serverName?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly caFile?: string;
  readonly certData?: string;
  readonly keyData?: string;
  readonly caData?: string;
}

interface Extender {
  readonly urlPrefix?: string;
  readonly filterVerb?: string;
  readonly preemptVerb?: string;
  readonly prioritizeVerb?: string;
  readonly weight?: number;
  readonly bindVerb?: string;
  readonly enableHTTPS?: boolean;
  readonly tlsConfig?: TlsConfig;
  readonly httpTimeout?: string;
  readonly nodeCacheCapable?: boolean;
  readonly managedResources: readonly { readonly name: string; readonly ignoredByScheduler?: boolean }[];
  readonly ignorable?: boolean;
}

const extender = object<Extender>({
  urlPrefix: { read: text },
  filterVerb: { read: text },
  preemptVerb: { read: text },
  prioritizeVerb: { read: text },
  weight: { read: decimal },
  bindVerb: { read: text },
  enableHTTPS: { read: boolean },
  tlsConfig: {
    read: object<TlsConfig>({
      insecure: { read: boolean },
      serverName: { read: text },
      certFile: { read: text },
      keyFile: { read: text },
      caFile: { read: text },
      certData: { read: text },
      keyData: { read: text },
      caData: { read: text },
    }),
  },
  httpTimeout: { read: durationText },
  nodeCacheCapable: { read: boolean },
  managedResources: {
    read: list(object({ name: { read: text, required: true }, ignoredByScheduler: { read: boolean } })),
    otherwise: [],
  },
  ignorable: { read: boolean },
});

/** What is left of the extenders: they are programs of their own and never asked. */
export interface Extenders {
  /** Resources that an extender says the scheduler ignores; they replace NodeResourcesFit's own list. */
  readonly ignoredResources: readonly string[];
}

export const readExtenders: Reader<Extenders> = (value, at) => {
  const extenders = list(extender)(value, at);
  if (extenders === undefined) return undefined;
  const isFine = checkExtenders(extenders, at);
  if (extenders.length > 0) {
    at.report({
      path: at.path,
      severity: 'warning',
      code: 'field-not-simulated',
      message: 'accepted, not simulated: extenders are never asked, so decisions differ where they would have a say',
      at: 'key',
    });
  }
  const ignoredResources = extenders
    .flatMap((one) => one.managedResources)
    .filter((resource) => resource.ignoredByScheduler === true)
    .map((resource) => resource.name);
  return isFine ? { ignoredResources } : undefined;
};

function checkExtenders(extenders: readonly Extender[], at: Place): boolean {
  let isFine = true;
  const complain = (place: Place, message: string): void => {
    isFine = false;
    problem(place, 'invalid-value', message);
  };
  const managed = new Set<string>();
  let binders = 0;
  extenders.forEach((one, i) => {
    if (one.prioritizeVerb !== undefined && one.prioritizeVerb !== '' && (one.weight ?? 0) <= 0) {
      const message = `Invalid value: ${one.weight ?? 0}: must have a positive weight applied to it`;
      complain(below(at, i, 'weight'), message);
    }
    if (one.bindVerb !== undefined && one.bindVerb !== '') binders++;
    one.managedResources.forEach(({ name }, j) => {
      if (managed.has(name)) {
        const message = `Invalid value: ${JSON.stringify(name)}: duplicate extender managed resource name`;
        complain(below(at, i, 'managedResources', j, 'name'), message);
      }
      managed.add(name);
    });
  });
  if (binders > 1) {
    complain(at, `Invalid value: "found ${binders} extenders implementing bind": only one extender can implement bind`);
  }
  return isFine;
}
