import { type EngineAt, inspected } from '../container.ts'

/** Exit code of a process that was ended by SIGKILL: by a person, by an engine, or by the kernel. */
const KILLED = 137

/** What an engine is asked of a container that has ended. */
const FORMAT = '{{.State.ExitCode}} {{.State.OOMKilled}}'

/** What the kernel did to a process of a container for lack of memory, as `startFailure` finds it too. */
export const HOST_MEMORY = 'the kernel killed it for lack of host memory'

/**
 * How a container ended, from its engine: its exit code, and what that says. The engine knows it until the container is removed.
 * `client`: how the client of the engine ended, where the engine does not know the container any more.
 */
export async function containerEnd(name: string, client: string, at: EngineAt): Promise<string> {
  const [, exitCode, oomKilled] = /^(\d+) (true|false)\s*$/.exec((await inspected(name, FORMAT, at)) ?? '') ?? []
  if (exitCode === undefined) return `${client}; its engine does not know it any more`
  return `exit code ${exitCode}${meaningOf(Number(exitCode), oomKilled === 'true')}`
}

/**
 * OOMKilled is that of any process of the container: a server whose worker was killed ends with a code of its own. Engines miss
 * it at times, with control groups of version 2 and where the whole host was short of memory (moby issues 15621 and 38352, nomad
 * issue 13119).
 */
function meaningOf(exitCode: number, oomKilled: boolean): string {
  if (oomKilled) return `: ${HOST_MEMORY} (OOMKilled)`
  return exitCode === KILLED
    ? ': it was killed (SIGKILL), perhaps by the kernel for lack of host memory: see dmesg'
    : ''
}
