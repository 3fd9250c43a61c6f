import { expect, test } from 'vitest'
import { refuseOthers, refuseOthersSoon, type UseFacts } from './others.ts'

const on = (uuid: string, pid: number, name = 'VLLM::EngineCore') => ({ uuid, pid, name })
const facts = (processes: ReturnType<typeof on>[], over: Partial<UseFacts> = {}): UseFacts => ({
  cards: [{ uuid: 'GPU-a' }],
  processes: { processes },
  serverPids: [],
  isServing: true,
  ...over,
})
const two = [{ uuid: 'GPU-a' }, { uuid: 'GPU-b' }]

test.each([
  ['the server is the one that listens, whatever its name', facts([on('GPU-a', 7, 'python')], { serverPids: [7] })],
  [
    'each card has a process of the server, and others use other cards',
    facts([on('GPU-a', 7), on('GPU-b', 8), on('GPU-c', 9)], { cards: two, serverPids: [7, 8] }),
  ],
  ['the only server of the machine is on it', facts([on('GPU-a', 7), on('GPU-b', 9, 'python train.py')])],
  ['nothing is on a card before the command starts', facts([on('GPU-b', 9)], { isServing: false })],
])('goes on where %s', (_, known) => {
  expect(() => refuseOthers(known)).not.toThrow()
})

test.each([
  [
    'one process of others, while nothing of ours can run yet',
    facts([on('GPU-a', 7, 'python train.py')], { isServing: false }),
    /others use is left alone: nothing of this measurement runs yet, but python train\.py \(pid 7\) is on GPU-a/,
  ],
  [
    'the job of a colleague on the card named by mistake, while the server is on another',
    facts([on('GPU-a', 9, 'python train.py'), on('GPU-b', 7)], { serverPids: [7] }),
    /others use is left alone: .*train\.py \(pid 9\)/,
  ],
  [
    'the same, where the server cannot be seen',
    facts([on('GPU-a', 9, 'python'), on('GPU-b', 7)]),
    /may not be the serv/,
  ],
  ['two servers, one of which is ours', facts([on('GPU-a', 9), on('GPU-b', 7)]), /may not be the server .*GPU-b/],
  ['one process of unknown owner', facts([on('GPU-a', 9, 'python')]), /may not be the server .*run joulemark as root/],
  [
    'a second card without a process of the server',
    facts([on('GPU-a', 7)], { cards: two, serverPids: [7] }),
    /GPU-b is left alone: no process of the server is on it/,
  ],
])('refuses: %s', (_, known, message) => {
  expect(() => refuseOthers(known)).toThrow(message)
})

test('a training command that has just ended is waited for between two settings, and others are not set in the end', async () => {
  const job = facts([on('GPU-a', 7, 'python train.py')], { isServing: false })
  const looked = async (looks: number, known = job) => {
    let [reads, waits] = [0, 0]
    const read = async () => {
      reads += 1
      return reads > looks ? { ...known, processes: { processes: [] } } : known
    }
    await refuseOthersSoon(read, async () => {
      waits += 1
    })
    return waits
  }
  expect(await looked(3)).toBe(3)
  await expect(looked(1000)).rejects.toThrow(/others use is left alone/)
  // a server that is there does not end
  await expect(looked(3, facts([on('GPU-a', 9)], { serverPids: [7] }))).rejects.toThrow(/others use is left alone/)
})
