import { expect, test } from 'vitest'
import { type Answers, readAnswers } from './answers.ts'
import { boxesOf, patternsOf } from './hosts.ts'

const ok = (host: string) => JSON.stringify({ host, task: 'Reach the host and its Python', status: 'ok', ping: 'pong' })
const down = (host: string, message: string) =>
  JSON.stringify({ host, task: 'Reach the host and its Python', status: 'unreachable', message })
const pattern = (name: string, ...hosts: readonly string[]) => JSON.stringify({ pattern: name, hosts })
const answers = (...lines: readonly string[]): Answers => readAnswers(lines.join('\n'))

test('a group is its hosts, each once; one that cannot be reached has the words of ssh', () => {
  const said = answers(
    pattern('gpus', 'gpu1', 'gpu2'),
    pattern('gpu2', 'gpu2'),
    ok('gpu1'),
    down('gpu2', 'Task failed: Failed to connect to the host via ssh: \u001b[31mNo route to host'),
  )
  expect(boxesOf(['gpus', 'gpu2'], said)).toEqual([
    { name: 'gpu1', usable: true, reason: null, gpus: null },
    { name: 'gpu2', usable: false, reason: '[31mNo route to host', gpus: null },
  ])
})

test('a list of hosts stands for their names, unless the inventory has a group of that name', () => {
  expect(patternsOf('gpu[1-2]')).toEqual(['gpu[1-2]', 'gpu1', 'gpu2'])
  expect(patternsOf('gpus[0]')).toEqual(['gpus[0]', 'gpus0'])
  expect(patternsOf('all:!gpu3')).toEqual(['all:!gpu3'])
  const listed = answers(pattern('gpu[1-2]'), pattern('gpu1', 'gpu1'), pattern('gpu2'), ok('gpu1'))
  expect(boxesOf(['gpu[1-2]'], listed)).toEqual([
    { name: 'gpu1', usable: true, reason: null, gpus: null },
    { name: 'gpu2', usable: false, reason: 'no host and no group of the inventory', gpus: null },
  ])
  const group = answers(pattern('gpu[1-2]', 'b', 'c'), pattern('gpu1', 'gpu1'), pattern('gpu2'), ok('b'), ok('c'))
  expect(boxesOf(['gpu[1-2]'], group).map(({ name }) => name)).toEqual(['b', 'c'])
})

test('what the inventory does not know has the name that FLEET.yaml has', () => {
  expect(boxesOf(['rack7', 'gpus[1:]'], answers(pattern('rack7'), pattern('gpus[1:]')))).toEqual([
    { name: 'rack7', usable: false, reason: 'no host and no group of the inventory', gpus: null },
    { name: 'gpus[1:]', usable: false, reason: 'no host and no group of the inventory', gpus: null },
  ])
})

test('a host whose name would be another folder is not measured', () => {
  const odd = '../../etc'
  expect(boxesOf(['all'], answers(pattern('all', odd), ok(odd)))[0]).toMatchObject({ name: odd, usable: false })
})
