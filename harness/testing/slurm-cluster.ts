import { execFileSync } from 'node:child_process'
import { accessSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePorts } from './free-ports.ts'

/** A real Slurm whose nodes are all on this machine. */
export interface SlurmCluster {
  /** The environment in which its programs find it. */
  readonly env: Readonly<Record<'SLURM_CONF', string>>
  readonly root: string
  /** Runs one of its programs and returns what it printed. */
  readonly call: (program: string, ...args: readonly string[]) => string
  /** Kills the daemon of a node and all that it runs, as a machine that loses its power. */
  readonly killNode: (name: string) => void
  readonly stop: () => Promise<void>
}

const START_MS = 60_000

/** Why no Slurm can be started here; null where one can. */
export function withoutSlurm(): string | null {
  const lacking = ['slurmctld', 'slurmd', 'sbatch', 'squeue'].filter((name) => find(name) === null)
  if (lacking.length > 0) return `${lacking.join(', ')} not installed here`
  if (process.getuid?.() !== 0) return 'slurmd is started as root'
  return null
}

function find(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, 1)
    return true
  } catch {
    return false
  }
}

/** Starts a controller and these nodes. Throws if they are not idle within a minute. */
export async function startSlurm(nodes: readonly string[]): Promise<SlurmCluster> {
  const root = mkdtempSync(join(tmpdir(), 'slurm-'))
  const env = { SLURM_CONF: join(root, 'slurm.conf') }
  const call = (program: string, ...args: readonly string[]): string =>
    execFileSync(find(program) ?? program, args, { env: { ...process.env, ...env }, encoding: 'utf8', stdio: 'pipe' })
  const port = await freePorts(nodes.length + 1)
  writeFileSync(env.SLURM_CONF, configuration({ root, port, nodes }))
  mkdirSync(join(root, 'state'))
  call('slurmctld')
  for (const name of nodes) {
    mkdirSync(join(root, `spool-${name}`))
    call('slurmd', '-N', name)
  }
  const isReady = () =>
    call('sinfo', '-h', '-N', '-o', '%T')
      .trim()
      .split('\n')
      .every((state) => state === 'idle')
  for (let waited = 0; !isReady(); waited += 100) {
    if (waited > START_MS) throw new Error(`Slurm is not ready: ${call('sinfo')}`)
    await wait(100)
  }
  const kill = (file: string) => {
    const path = join(root, file)
    if (existsSync(path)) execQuietly('kill', '-9', readFileSync(path, 'utf8').trim())
  }
  return {
    ...{ env, root, call },
    killNode: (name) => {
      const jobs = call('squeue', '-h', '-t', 'running', '-w', name, '-o', '%A').trim().split('\n')
      const steps = jobs.flatMap((id) => processes().filter(({ command }) => command.startsWith(`slurmstepd: [${id}.`)))
      kill(`d-${name}.pid`)
      for (const pid of steps.flatMap(({ pid }) => [pid, ...descendants(pid)])) execQuietly('kill', '-9', String(pid))
    },
    stop: async () => {
      execQuietly('env', `SLURM_CONF=${env.SLURM_CONF}`, 'scancel', '--user', userInfo().username)
      await wait(200)
      for (const name of nodes) kill(`d-${name}.pid`)
      kill('ctld.pid')
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

interface Process {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

/** The processes of this machine. */
const processes = (): Process[] =>
  execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
      return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }]
    })

function descendants(of: number, all = processes()): number[] {
  return all.filter(({ parent }) => parent === of).flatMap(({ pid }) => [pid, ...descendants(pid, all)])
}

function execQuietly(program: string, ...args: readonly string[]): void {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
  } catch {
    // it has ended already
  }
}

interface Layout {
  readonly root: string
  readonly port: number
  readonly nodes: readonly string[]
}

function configuration({ root, port, nodes }: Layout): string {
  const host = hostname().split('.')[0]
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
ReturnToService=0
SlurmdTimeout=10
KillWait=2
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,sched_interval=1
StateSaveLocation=${root}/state
SlurmctldPidFile=${root}/ctld.pid
SlurmdPidFile=${root}/d-%n.pid
SlurmdSpoolDir=${root}/spool-%n
SlurmctldLogFile=${root}/ctld.log
SlurmdLogFile=${root}/d-%n.log
MpiDefault=none
${nodes.map((name, at) => `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port + 1 + at} CPUs=1`).join('\n')}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`
}
