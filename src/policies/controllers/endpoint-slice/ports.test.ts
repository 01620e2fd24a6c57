import { describe, expect, it } from 'vitest';
import type { ServicePort } from '../../../sim/api/service.ts';
import { podNamed, serviceNamed } from '../../../../test/doubles/workload-objects.ts';
import { endpointPorts, portsKey } from './ports.ts';

const POD = podNamed(
  'p',
  {},
  {
    containers: [
      { name: 'a', image: 'i', ports: [{ name: 'http', containerPort: 8080 }] },
      {
        name: 'b',
        image: 'i',
        ports: [
          { name: 'http', containerPort: 9090, protocol: 'UDP' },
          { name: 'admin', containerPort: 9 },
        ],
      },
    ],
    initContainers: [
      { name: 's', image: 'i', restartPolicy: 'Always', ports: [{ name: 'mesh', containerPort: 15_000 }] },
      { name: 'i', image: 'i', ports: [{ name: 'setup', containerPort: 1 }] },
    ],
  },
);

function ports(...list: readonly Partial<ServicePort>[]): { name?: string; port: number }[] {
  const service = serviceNamed('s', {
    ports: list.map((one) => ({ protocol: 'TCP', port: 80, targetPort: 80, ...one })),
  });
  return endpointPorts(service, POD).map(({ name, port }) => ({ name: name ?? '', port }));
}

describe('the ports of an endpoint', () => {
  it('are the target ports, under the names of the Service', () => {
    expect(ports({ targetPort: 8080 }, { name: 'x', port: 81, targetPort: 81 })).toEqual([
      { name: '', port: 8080 },
      { name: 'x', port: 81 },
    ]);
  });

  it('are looked up by name and protocol, in containers and then in sidecars', () => {
    expect(ports({ targetPort: 'http' }, { targetPort: 'http', protocol: 'UDP' }, { targetPort: 'mesh' })).toEqual([
      { name: '', port: 8080 },
      { name: '', port: 9090 },
      { name: '', port: 15_000 },
    ]);
  });

  it('leave out what the pod does not have', () => {
    expect(ports({ targetPort: 'nowhere' }, { targetPort: 'setup' }, { targetPort: 'admin' })).toEqual([
      { name: '', port: 9 },
    ]);
  });

  it('have one key whatever their order', () => {
    const a = { name: 'a', protocol: 'TCP', port: 1 };
    const b = { name: 'b', protocol: 'TCP', port: 2 };
    expect(portsKey([a, b])).toBe(portsKey([b, a]));
    expect(portsKey([a])).not.toBe(portsKey([b]));
    expect(portsKey([{ ...a, appProtocol: 'h2c' }])).not.toBe(portsKey([a]));
  });
});
