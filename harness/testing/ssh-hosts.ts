import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { accepts, freePorts } from './free-ports.ts'

/** Servers of a test that Ansible reaches over a real sshd each. */
export interface SshHosts {
  /** Environment of Ansible: its programs on PATH, its files in the folder of the test. */
  readonly env: NodeJS.ProcessEnv
  /** Inventory in the ini format, with all hosts in the group `gpus`. */
  readonly inventory: string
  /** Home folder of the user on a host. */
  readonly home: (name: string) => string
  /** Cuts the power of a host: all its processes end at once, and nothing answers. */
  readonly cut: (name: string) => Promise<void>
  /** Starts it, as after a power cut: with another boot id. */
  readonly boot: (name: string) => Promise<void>
  readonly stop: () => Promise<void>
}

/** What hosts are made of. */
export interface HostsOptions {
  readonly names: readonly string[]
  /** Programs on the PATH of each host, by name: the text of a script. */
  readonly programs: (name: string, port: number) => Readonly<Record<string, string>>
  /** Lines after the hosts of the inventory. */
  readonly inventoryEnd?: string
}

const PATIENCE_MS = 60_000
/** Names a folder with the programs of Ansible that is not on PATH. */
const ANSIBLE = 'JOULEMARK_TEST_ANSIBLE'

/** Why no such hosts can be started on this machine; null if they can. */
export function whyNoSshHosts(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'hosts of their own require root on Linux'
  const missing = ['sshd', 'ssh', 'ssh-keygen', 'unshare', 'ansible-playbook'].filter((name) => pathOf(name) === null)
  if (missing.length > 0) return `there is no ${missing.join(' and no ')} on this machine`
  try {
    execFileSync('unshare', ['--uts', '--pid', '--fork', '--mount-proc', 'true'], { stdio: 'pipe' })
    return null
  } catch {
    return 'this machine gives no namespaces'
  }
}

const folders = (): string[] => [
  ...(process.env[ANSIBLE] === undefined ? [] : [process.env[ANSIBLE]]),
  ...(process.env['PATH'] ?? '').split(delimiter),
  '/usr/sbin',
]
const pathOf = (program: string): string | null =>
  folders()
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path)) ?? null

/**
 * Starts hosts: each has a name, processes, a boot id and a home folder of its own, and an sshd with its own key on a port of
 * the loopback address, where root logs in with a key. Throws with the log of an sshd that does not answer.
 */
export async function startSshHosts({ names, programs, inventoryEnd = '' }: HostsOptions): Promise<SshHosts> {
  const root = mkdtempSync(join(tmpdir(), 'ssh-hosts-'))
  const first = await freePorts(names.length)
  const port = (name: string) => first + names.indexOf(name)
  const at = (name: string, ...path: readonly string[]) => join(root, 'hosts', name, ...path)
  // sshd separates its privileges there, and a package of it makes the folder when the machine starts
  mkdirSync('/run/sshd', { recursive: true })
  makeKey(join(root, 'key'))
  const running = new Map<string, ChildProcess>()
  const boot = async (name: string) => {
    running.set(name, startHost(at(name), name))
    await answering(port(name), at(name, 'sshd.log'), running.get(name)!)
  }
  const cut = async (name: string) => {
    const host = running.get(name)
    if (host === undefined || host.exitCode !== null || host.signalCode !== null) return
    const ended = once(host, 'exit')
    host.kill('SIGKILL')
    await ended
  }
  const stop = async () => {
    await Promise.all(names.map(cut))
    rmSync(root, { recursive: true, force: true })
  }
  try {
    for (const name of names) makeHost(at(name), port(name), programs(name, port(name)), join(root, 'key.pub'))
    await Promise.all(names.map(boot))
  } catch (error) {
    await stop()
    throw error
  }
  const known = names.map((name) => `[127.0.0.1]:${port(name)} ${readFileSync(at(name, 'host_key.pub'), 'utf8')}`)
  writeFileSync(join(root, 'known_hosts'), known.join(''))
  const inventory = join(root, 'hosts.ini')
  writeFileSync(
    inventory,
    inventoryText({ root, hosts: names.map((name) => ({ name, port: port(name) })), inventoryEnd }),
  )
  return {
    env: {
      PATH: folders().join(delimiter),
      HOME: root,
      ANSIBLE_HOME: join(root, 'ansible'),
      ANSIBLE_PIPELINING: 'true',
      ANSIBLE_NOCOLOR: '1',
    },
    inventory,
    home: (name) => at(name, 'home'),
    cut,
    boot,
    stop,
  }
}

function inventoryText(given: {
  readonly root: string
  readonly hosts: readonly { readonly name: string; readonly port: number }[]
  readonly inventoryEnd: string
}): string {
  return `[gpus]
${given.hosts.map(({ name, port }) => `${name} ansible_port=${port}`).join('\n')}

[gpus:vars]
ansible_host=127.0.0.1
ansible_user=root
ansible_ssh_private_key_file=${join(given.root, 'key')}
ansible_ssh_common_args=-o UserKnownHostsFile=${join(given.root, 'known_hosts')} -o StrictHostKeyChecking=yes
ansible_python_interpreter=/usr/bin/python3
${given.inventoryEnd}`
}

const makeKey = (path: string): void => {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path], { stdio: 'pipe' })
}

function makeHost(folder: string, port: number, programs: Readonly<Record<string, string>>, key: string): void {
  for (const inside of ['home', 'bin']) mkdirSync(join(folder, inside), { recursive: true })
  makeKey(join(folder, 'host_key'))
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, 'bin', name), text, { mode: 0o755 })
  writeFileSync(
    join(folder, 'sshd_config'),
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${join(folder, 'host_key')}
AuthorizedKeysFile ${key}
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
StrictModes no
MaxStartups 100
PidFile none
SetEnv PATH=${join(folder, 'bin')}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
Subsystem sftp internal-sftp
`,
  )
}

/** In namespaces of its own, so that SIGKILL of the first process ends all others of the host. */
function startHost(folder: string, name: string): ChildProcess {
  writeFileSync(join(folder, 'boot_id'), `${crypto.randomUUID()}\n`)
  const script = `mount --bind ${join(folder, 'boot_id')} /proc/sys/kernel/random/boot_id
mount --bind ${join(folder, 'home')} /root
hostname ${name}
exec ${pathOf('sshd')} -D -e -f ${join(folder, 'sshd_config')} 2>>${join(folder, 'sshd.log')}`
  appendFileSync(join(folder, 'sshd.log'), '')
  const spaces = ['--uts', '--pid', '--mount', '--fork', '--kill-child', '--mount-proc']
  return spawn('unshare', [...spaces, '/bin/sh', '-ec', script], { stdio: 'ignore' })
}

async function answering(port: number, log: string, host: ChildProcess): Promise<void> {
  for (const untilMs = performance.now() + PATIENCE_MS; !(await accepts(port)); await delay(50)) {
    if (host.exitCode !== null || performance.now() > untilMs) {
      throw new Error(`sshd does not answer: ${readFileSync(log, 'utf8').slice(-2000)}`)
    }
  }
}
