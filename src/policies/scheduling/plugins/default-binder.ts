import type { BindPlugin, PluginFactory } from '../../../sim/policy-api/scheduling.ts';

/** Binds every pod by the API server's binding request, which the host sends (semantics sheet 3.19). */
class DefaultBinder implements BindPlugin {
  readonly name = 'DefaultBinder';

  bind(): undefined {
    return undefined;
  }
}

export const defaultBinder: PluginFactory = () => new DefaultBinder();
