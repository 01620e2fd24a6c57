/** What a client of etcd is told when a request failed: gRPC's code and etcd's words. */
export interface EtcdError {
  readonly code: 'Canceled' | 'DeadlineExceeded' | 'ResourceExhausted' | 'Unavailable' | 'Unknown';
  readonly message: string;
}

export const TIMED_OUT: EtcdError = { code: 'Unavailable', message: 'etcdserver: request timed out' };
export const TIMED_OUT_LEADER_FAILURE: EtcdError = {
  code: 'Unavailable',
  message: 'etcdserver: request timed out, possibly due to previous leader failure',
};
export const LEADER_CHANGED: EtcdError = { code: 'Unavailable', message: 'etcdserver: leader changed' };
export const TOO_MANY_REQUESTS: EtcdError = { code: 'ResourceExhausted', message: 'etcdserver: too many requests' };
/** The leader is handing over: told only to who asked the leader itself. */
export const DROPPED: EtcdError = { code: 'Unknown', message: 'raft proposal dropped' };
export const NO_SPACE: EtcdError = {
  code: 'ResourceExhausted',
  message: 'etcdserver: mvcc: database space exceeded',
};
/** The connection ended while the answer was awaited. */
export const CONNECTION_LOST: EtcdError = {
  code: 'Unavailable',
  message: 'error reading from server: connection reset by peer',
};
export const KEEPALIVE_FAILED: EtcdError = {
  code: 'Unavailable',
  message: 'keepalive ping failed to receive ACK within timeout',
};
export const DEADLINE_EXCEEDED: EtcdError = { code: 'DeadlineExceeded', message: 'context deadline exceeded' };
