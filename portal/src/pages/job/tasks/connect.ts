import type { TaskAttempt } from "../queries";

const runtimePlugins = "com.microsoft.pai.runtimeplugin";

/** Whether the job file has an SSH server beside the tasks of this role. */
export function hasSsh(config: unknown, role: string): boolean {
  const plugins = field(field(config, "extras"), runtimePlugins);
  return (
    Array.isArray(plugins) &&
    plugins.some((plugin) => field(plugin, "plugin") === "ssh" && isFor(plugin, role))
  );
}

function isFor(plugin: unknown, role: string): boolean {
  const roles = field(plugin, "taskroles");
  return !Array.isArray(roles) || roles.includes(role);
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Where the TensorBoard is that stands beside a task; null where there is none, or not now. */
export function tensorBoard({ containerPorts, containerIp, attemptState }: TaskAttempt): string | null {
  const port = containerPorts.tensorboard;
  if (attemptState !== "RUNNING" || containerIp === null || port === undefined) return null;
  return `http://${containerIp}:${port}`;
}

/** How one enters a task that runs, from its machine; null where that cannot be. */
export function sshCommand({ containerPorts, containerIp, attemptState }: TaskAttempt): string | null {
  const port = containerPorts.ssh;
  if (attemptState !== "RUNNING" || containerIp === null || port === undefined) return null;
  return `ssh -p ${port} root@${containerIp}`;
}
