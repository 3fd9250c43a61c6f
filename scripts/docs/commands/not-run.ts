import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Commands that no test of a page runs, and what holds instead. */
export interface NotRun {
  readonly command: RegExp
  /** Only on this page; on all unless given. */
  readonly page?: string
  /** Only where this program is not installed. */
  readonly without?: string
  /** Why it is not run. */
  readonly why: string
  /** The tests that run the same; none for a command that is not joulemark's. */
  readonly tests?: readonly string[]
}

/**
 * The commands of the documents that are not run as a part of their page. Everything else is run: a command that cannot be belongs
 * here, with a reason that a reader can check.
 */
export const commandsNotRun: readonly NotRun[] = [
  { command: /^npm ci$/, why: 'the first step of .ci/run' },
  { command: /^npm run demo$/, why: 'a step of .ci/run, with --quick' },
  { command: /^bash \.ci\/run$/, why: 'runs this very test' },
  { command: /^sudo |^ssh /, why: 'changes a machine' },
  { command: /^(?:tar -xJf|\.\/joulemark-VERSION)/, without: 'xz', why: 'needs xz' },
  { command: /^openssl |--token-file token$/, without: 'openssl', why: 'needs openssl' },
  {
    command: /^docker (?:build|run) /,
    why: 'starts a real container, for minutes and on a real card',
    tests: ['scripts/package/package.long.test.ts', 'scripts/actions/real-docker.e2e.test.ts'],
  },
  {
    command: /^(?:npm run bench -- |joulemark )box\b(?!.*--print)/,
    why: 'takes half an hour',
    tests: ['scripts/actions/box.e2e.test.ts', 'scripts/box/simulated-night.long.test.ts'],
  },
  {
    command: /^npm run bench -- run article --simulate /,
    why: 'takes several minutes; the demo is the same with three scenarios',
    tests: ['scripts/cli-endpoint.e2e.test.ts'],
  },
  { command: /^npm run bench:peers /, why: 'takes minutes, and needs the programs of the other clients' },
  {
    command: /^(?:JOULEMARK_NVIDIA_SMI=PATH )?joulemark prove /,
    why: 'takes three to twenty minutes',
    tests: ['scripts/actions/prove/prove.e2e.test.ts', 'scripts/prove/carry.long.test.ts'],
  },
  {
    command: /^npm run package |^npm install --global \.\/joulemark-/,
    why: 'packs for more than a minute, and installs for all users of the machine',
    tests: ['scripts/package/package.long.test.ts'],
  },
  {
    command: /^python3 scripts\/prove\/carry\.py /,
    why: 'needs the archive of a package',
    tests: ['scripts/prove/carry.e2e.test.ts'],
  },
  {
    command: /^(?:joulemark fleet run |ansible-playbook |export ANSIBLE_)/,
    page: 'docs/fleet-ansible.md',
    why: 'needs ansible-core, and hosts with ssh',
    tests: ['scripts/actions/fleet/ansible.e2e.test.ts', 'harness/fleet/ansible/collection.e2e.test.ts'],
  },
  {
    command: /^joulemark fleet (?:run (?!.*--print)|status )/,
    page: 'docs/journey-fleet.md',
    why: 'waits for the night; the commands of docs/fleet-run.md are the same without a window',
    tests: ['scripts/docs/commands/pages.docs.test.ts', 'scripts/actions/fleet/slurm.e2e.test.ts'],
  },
  {
    command: /^kubectl /,
    why: 'needs a cluster',
    tests: ['harness/fleet/kubernetes/real-cluster.e2e.test.ts'],
  },
]

/** Why a command of a page is not run, and which tests run the same; null for one that is. */
export const notRun = (command: string, page: string): NotRun | null =>
  commandsNotRun.find(
    (each) =>
      each.command.test(command) &&
      (each.page ?? page) === page &&
      (each.without === undefined || !isInstalled(each.without)),
  ) ?? null

/** Whether a program is on PATH. */
export const isInstalled = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))
