/** How the controller of volumes, the scheduler and provisioners tell one another what they did (kubectl shows them). */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** On a claim: which provisioner is to make its volume. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
/** The same under its older name, which is written too. */
export const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';

export { SELECTED_NODE } from '../../scheduling/plugins/volume-plan.ts';
