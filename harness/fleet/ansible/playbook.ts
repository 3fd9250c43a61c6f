import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { JoulemarkError } from '../../errors.ts'
import { plainText } from '../../plain-text.ts'
import { type CallProgram, callProgram, type ProgramResult } from '../program.ts'
import { type Answers, readAnswers } from './answers.ts'

/** How `ansible-playbook` is called for a fleet. */
export interface AnsibleSetup {
  /** Inventories, absolute where they are files; none: the one of ansible.cfg. */
  readonly inventory: readonly string[]
  readonly become: boolean
  /** Further flags of the user. */
  readonly flags: readonly string[]
  /** Environment: of Ansible and of ssh, and the passwords of the inventory that are in variables. */
  readonly env: NodeJS.ProcessEnv
  readonly call?: CallProgram
}

/** What a playbook is played with. */
export interface Play {
  readonly name: 'boxes' | 'start' | 'status' | 'stop' | 'collect'
  /** Names or patterns of hosts. */
  readonly hosts: readonly string[]
  /** Of each host, by its name. */
  readonly jobs?: Readonly<Record<string, object>>
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** The playbooks, beside the collection whose modules they use: Ansible finds a collection beside a playbook by itself. */
const PLAYBOOKS = fileURLToPath(new URL('../../../scripts/ansible/', import.meta.url))
const PLAYBOOK = 'ansible-playbook'
/** Hosts at a time; more than Ansible's five, because a host that does not answer takes its place for seconds. */
const MOST_FORKS = 50

/**
 * Plays one of the playbooks of `scripts/ansible`. A host that fails or cannot be reached is an answer. Throws `environment` with
 * Ansible's message where no host was asked: no inventory, a wrong flag, a vault without its password, no ansible-playbook.
 */
export async function play(setup: AnsibleSetup, { name, hosts, jobs = {}, timeoutMs, signal }: Play): Promise<Answers> {
  const folder = await mkdtemp(join(tmpdir(), 'joulemark-ansible-'))
  try {
    const [jobsPath, vars, answers] = ['jobs.json', 'vars.json', 'answers'].map((file) => join(folder, file))
    await writeFile(jobsPath!, JSON.stringify(jobs))
    await writeFile(vars!, JSON.stringify({ joulemark_hosts: hosts, joulemark_jobs: jobsPath }))
    const args = [
      ...setup.inventory.flatMap((each) => ['--inventory', each]),
      ...['--forks', String(Math.min(MOST_FORKS, Math.max(5, hosts.length)))],
      ...(setup.become ? ['--become'] : []),
      ...setup.flags,
      ...['--extra-vars', `@${vars}`],
      join(PLAYBOOKS, `${name}.yml`),
    ]
    const env = { ...setup.env, ...fixedEnv, JOULEMARK_ANSWERS: answers }
    const result = await (setup.call ?? callProgram)(PLAYBOOK, args, { product: 'Ansible', env, signal, timeoutMs })
    const said = readAnswers(await readFile(answers!, 'utf8').catch(() => ''))
    if (result.returnCode !== 0 && said.hosts.size === 0) {
      throw new JoulemarkError('environment', `${PLAYBOOK}: ${errorOf(result)}`)
    }
    return said
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Whatever is set elsewhere: plain text, and an inventory that cannot be read is an error instead of a warning. */
const fixedEnv = {
  ANSIBLE_NOCOLOR: '1',
  ANSIBLE_FORCE_COLOR: '0',
  ANSIBLE_RETRY_FILES_ENABLED: 'false',
  ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: 'true',
}

/** The first error that Ansible printed, else its last line. */
function errorOf({ stdout, stderr, returnCode }: ProgramResult): string {
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim())
  const error = lines
    .find((line) => /^\[?ERROR\b|: error: /.test(line))
    ?.replace(/^\[?ERROR\]?[!:]*\s*|^.*: error: /, '')
  const words = error ?? lines.findLast((line) => line !== '') ?? `exit code ${returnCode ?? 'unknown'}`
  return plainText(words).slice(0, 500)
}
