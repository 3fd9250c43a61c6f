import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { cliWords } from '../../../harness/testing/run-cli.ts'

/** The completion scripts in the real shells: what a person gets who presses TAB. */
const folder = mkdtempSync(join(tmpdir(), 'completion-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
const program = join(folder, 'bin', 'joulemark')
mkdirSync(join(folder, 'bin'))
writeFileSync(program, `#!/bin/sh\nexec ${[process.execPath, ...cliWords()].map(quoted).join(' ')} "$@"\n`)
chmodSync(program, 0o755)

/** Shells write their own files into the home folder. */
const env = {
  ...process.env,
  HOME: folder,
  XDG_CONFIG_HOME: folder,
  PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`,
}
const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0'], { env }).status === 0
function typed(shell: string, script: string): string {
  const { stdout, stderr, status } = spawnSync(shell, ['-c', script], { env, encoding: 'utf8', cwd: folder })
  expect([status, stderr]).toEqual([0, ''])
  return stdout
}

describe.skipIf(!isThere('bash'))('bash', () => {
  const complete = (...words: readonly string[]) =>
    `COMP_WORDS=(joulemark ${words.map(quoted).join(' ')}); COMP_CWORD=${words.length}; _joulemark; printf '%s\\n' "\${COMPREPLY[@]}";`

  test('completes scenarios, values after = and nothing where files fit; sourced twice; words are not evaluated', () => {
    const source = 'source <(joulemark completion bash);'
    const evil = `$(touch ${join(folder, 'evaluated')})`
    const text = typed(
      'bash',
      `set -e; ${source} ${source} ${complete('run', 'regre')} ${complete('predict', '--card', '=', 'rtx-4090')} ${complete('report', evil, '')} complete -p joulemark; test ! -e evaluated`,
    )
    expect(text).toBe('regression\nrtx-4090\n\ncomplete -o default -F _joulemark joulemark\n')
  })
})

describe.skipIf(!isThere('fish'))('fish', () => {
  test('completes commands with their descriptions, and files', () => {
    const text = typed(
      'fish',
      `joulemark completion fish | source; complete -C 'joulemark pred'; complete -C 'joulemark report bi'`,
    )
    expect(text).toMatch(/^predict\tPredict throughput[^\n]*\nbin\//)
  })
})

describe.skipIf(!isThere('zsh'))('zsh', () => {
  test('the script is read without an error and defines the function', () => {
    const text = typed(
      'zsh',
      'autoload -Uz compinit; compinit -u -d ./dump; source <(joulemark completion zsh); whence -w _joulemark; print $_comps[joulemark]',
    )
    expect(text).toBe('_joulemark: function\n_joulemark\n')
  })
})
