import { expect, test } from 'vitest'
import { ownerText } from '../../endpoint/serve/container.ts'
import { portFinding } from './gather.ts'

const own = JSON.parse(ownerText())
const ownerWith = (pid: number, startTicks: number | null): string =>
  JSON.stringify({ ...own, process: { ...own.process, pid, startTicks } })

/** A port that is taken, by the containers that `ps` prints; the label is that of the one that is inspected. */
const takenBy = async (listed: string, label = '') => {
  const { finding } = await portFinding(8000, {
    engine: 'podman',
    portError: async () => 'EADDRINUSE',
    run: async (_, [verb]) => ({ code: 0, stdout: verb === 'ps' ? listed : `running ${label}\n`, stderr: '' }),
  })
  return finding
}

test('a container of an earlier start is a leftover only where its joulemark is gone', async () => {
  const listed = 'other 0.0.0.0:9000->9000/tcp\njoulemark-8000 127.0.0.1:8000->8000/tcp\n'
  expect(await takenBy(listed, ownerWith(1, 1))).toEqual({ state: 'well', leftover: 'joulemark-8000' })
  expect(await takenBy(listed, ownerWith(process.ppid, null))).toMatchObject({
    state: 'fault',
    text: `port 8000 is taken: container joulemark-8000 is up, and its process ${process.ppid} runs`,
  })
})

test('another container, or a process, is named as far as it is known', async () => {
  expect(await takenBy('web 0.0.0.0:8000->80/tcp\n')).toMatchObject({
    text: 'port 8000 is taken by container web',
    fix: expect.stringContaining('podman stop web'),
  })
  expect(await takenBy('web 0.0.0.0:8001->80/tcp\n')).toMatchObject({ text: 'port 8000 is taken' })
})
