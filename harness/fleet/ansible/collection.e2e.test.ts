import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blockWith, commandsIn } from '../../testing/page-blocks.ts'
import { type SshHosts, startSshHosts, whyNoSshHosts } from '../../testing/ssh-hosts.ts'

const why = whyNoSshHosts()
const COLLECTIONS = fileURLToPath(new URL('../../../scripts/ansible/collections', import.meta.url))
const SECRET = 'correct-horse-battery'

/** A joulemark of a shell: it writes what a run leaves, and ends with the code that its host is to have. */
const joulemark = `#!/bin/sh
[ "$1" = --version ] && { echo 0.5.0; exit; }
[ "$1" = store ] && { echo "postgres://bench@db/joulemark: 0 runs pushed, 1 already there"; exit; }
echo "$(hostname) $*, password $PGPASSWORD" | sed "s/${SECRET}/as expected/"
mkdir -p joulemark-results/run-1 joulemark-results/run-2
echo '{"status": "complete", "startedAt": "2099-01-01T00:00:00Z"}' >joulemark-results/run-1/run.json
echo '{"status": "running", "startedAt": "2099-01-01T00:00:00Z"}' >joulemark-results/run-2/run.json
[ "$(hostname)" = gpu2 ] && [ ! -e repaired ] && { echo "the server does not answer"; exit 3; }
exit 1
`

/** Variables besides those of the playbook of the page, as an inventory has them. */
const groupVars = (folder: string) => `joulemark_store=postgres://bench@db/joulemark
joulemark_environment={"PGPASSWORD": "${SECRET}"}
joulemark_poll=1
joulemark_install=archive
joulemark_archive=${folder}/joulemark.tar.gz
`

describe.skipIf(why !== null)(`the role, over a real sshd${why === null ? '' : `: skipped, ${why}`}`, () => {
  let hosts: SshHosts
  const folder = mkdtempSync(join(tmpdir(), 'role-'))

  beforeAll(async () => {
    hosts = await startSshHosts({ names: ['gpu1', 'gpu2'], programs: () => ({}), inventoryEnd: groupVars(folder) })
    const tar = pack()
    tar.entry({ name: 'joulemark-0.5.0/bin/joulemark', mode: 0o755 }, joulemark)
    tar.finalize()
    const parts: Buffer[] = []
    for await (const part of tar) parts.push(part as Buffer)
    writeFileSync(join(folder, 'joulemark.tar.gz'), gzipSync(Buffer.concat(parts)))
    writeFileSync(join(folder, 'benchmark.yml'), blockWith('fleet-ansible.md', 'yaml', 'roles:'))
  })
  afterAll(async () => {
    await hosts?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** The command of the page, with the inventory of this test. */
  const play = (command: string, ...flags: readonly string[]) =>
    new Promise<{ readonly code: number; readonly said: string; readonly changed: string[] }>((resolve) => {
      const [program = '', ...words] = command.replace('hosts.ini', hosts.inventory).split(' ')
      const env = { ...process.env, ...hosts.env, ANSIBLE_COLLECTIONS_PATH: COLLECTIONS }
      execFile(program, [...words, ...flags], { env, cwd: folder, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        const changed = [...stdout.matchAll(/^(gpu\d) .*?changed=(\d+)/gm)].map(([, host, count]) => `${host} ${count}`)
        resolve({ code: Number(error?.code ?? 0), said: stdout + stderr, changed })
      })
    })

  test('installs without a network, measures once, fetches what has ended; a verdict is no failure of the play', async () => {
    const commands = commandsIn(blockWith('fleet-ansible.md', 'sh', 'ansible-playbook'))
    const [check = '', real = ''] = commands.filter((line) => line.startsWith('ansible-playbook '))
    const dry = await play(check, '--limit', 'gpu1')
    expect(dry.said).toMatch(/gpu1 .*failed=0/)
    expect(readdirSync(hosts.home('gpu1')).filter((name) => !name.startsWith('.ansible'))).toEqual([])

    const first = await play(real, '-vvv')
    expect(first.said).toContain('bad (exit code 1)')
    expect(first.said).toMatch(/gpu1 .*failed=0/)
    expect(first.said).toMatch(/gpu2 .*failed=1/)
    expect(first.said).toContain('driver-590: exit code 3: the server does not answer')
    expect(first.code).toBe(2)
    expect(first.said).not.toContain(SECRET)
    for (const host of ['gpu1', 'gpu2']) {
      expect(readdirSync(join(folder, 'results', 'driver-590', host)).toSorted()).toEqual(['job.log', 'run-1'])
      expect(readFileSync(join(folder, 'results', 'driver-590', host, 'job.log'), 'utf8')).toContain(
        `${host} run llama-3.1-8b-fp8-batch32 --endpoint http://127.0.0.1:8000 --against baseline --out`,
      )
      expect(readFileSync(join(folder, 'results', 'driver-590', host, 'job.log'), 'utf8')).toContain(
        'password as expected',
      )
    }
    expect(existsSync(join(folder, 'results', 'driver-590', 'gpu1.tar.gz'))).toBe(false)

    // what was measured stays, and what was not is measured as soon as it can be
    writeFileSync(join(hosts.home('gpu2'), 'repaired'), '')
    const again = await play(real)
    expect(again.changed[0]).toBe('gpu1 0')
    expect(again.said).toMatch(/gpu2 .*failed=0/)
    expect(again.code).toBe(0)
  })
})
