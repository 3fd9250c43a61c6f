import { expect, test } from 'vitest'
import { inUseBy, ownerText } from './container.ts'

const own = JSON.parse(ownerText())
/** The owner of a container: this process under another id, which still runs (its parent), or which has ended. */
const ownerWith = (pid: number, startTicks: number | null): string =>
  JSON.stringify({ ...own, process: { ...own.process, pid, startTicks } })
const alive = ownerWith(process.ppid, null)
const gone = ownerWith(1, 1)
const elsewhere = ownerText().replaceAll(/"(bootId|hostname)":"[^"]*"/g, '"$1":"other"')

test.each([
  // docker creates a container some time before it runs: it is that of a start of now
  ['created', alive, /^is created, and its process \d+ runs$/],
  ['running', alive, /^is up, and its process \d+ runs$/],
  ['exited', alive, /^is exited, and its process \d+ runs$/],
  ['created', gone, null],
  ['running', gone, null],
  ['exited', gone, null],
  ['created', elsewhere, /^is created, and its process may run on other$/],
  ['exited', elsewhere, null],
  ['created', '', /^is created, and not started by this version of joulemark$/],
  ['running', '', /^is up, and not started by/],
  ['exited', '', null],
  ['dead', '<no value>', null],
  // Podman has words of its own
  ['configured', alive, /^is configured, and its process/],
  ['stopped', '', null],
  ['running', ownerText(), /^is up, and its process/],
  ['created', ownerText(), null],
] as const)('a container that is %s, of owner %s', (status, label, words) => {
  const inUse = inUseBy(`${status} ${label}\n`)
  if (words === null) expect(inUse).toBeNull()
  else expect(inUse).toMatch(words)
})
