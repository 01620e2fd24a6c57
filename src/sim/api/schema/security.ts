import { bool, int64, list, pointer, table, text } from './type.ts';

/** Security contexts are kept as they come: what they forbid and allow happens inside a container. */

const CAPABILITIES = table('Capabilities', { add: list(text), drop: list(text) });

const SE_LINUX_OPTIONS = table('SELinuxOptions', { user: text, role: text, type: text, level: text });

const WINDOWS_OPTIONS = table('WindowsSecurityContextOptions', {
  gmsaCredentialSpecName: pointer(text),
  gmsaCredentialSpec: pointer(text),
  runAsUserName: pointer(text),
  hostProcess: pointer(bool),
});

const SECCOMP_PROFILE = table('SeccompProfile', { type: text, localhostProfile: pointer(text) });

const APP_ARMOR_PROFILE = table('AppArmorProfile', { type: text, localhostProfile: pointer(text) });

export const SECURITY_CONTEXT = table('SecurityContext', {
  capabilities: pointer(CAPABILITIES),
  privileged: pointer(bool),
  seLinuxOptions: pointer(SE_LINUX_OPTIONS),
  windowsOptions: pointer(WINDOWS_OPTIONS),
  runAsUser: pointer(int64),
  runAsGroup: pointer(int64),
  runAsNonRoot: pointer(bool),
  readOnlyRootFilesystem: pointer(bool),
  allowPrivilegeEscalation: pointer(bool),
  procMount: pointer(text),
  seccompProfile: pointer(SECCOMP_PROFILE),
  appArmorProfile: pointer(APP_ARMOR_PROFILE),
});

export const POD_SECURITY_CONTEXT = table('PodSecurityContext', {
  seLinuxOptions: pointer(SE_LINUX_OPTIONS),
  windowsOptions: pointer(WINDOWS_OPTIONS),
  runAsUser: pointer(int64),
  runAsGroup: pointer(int64),
  runAsNonRoot: pointer(bool),
  supplementalGroups: list(int64),
  supplementalGroupsPolicy: pointer(text),
  fsGroup: pointer(int64),
  sysctls: list(table('Sysctl', { name: text, value: text })),
  fsGroupChangePolicy: pointer(text),
  seccompProfile: pointer(SECCOMP_PROFILE),
  appArmorProfile: pointer(APP_ARMOR_PROFILE),
  seLinuxChangePolicy: pointer(text),
});
