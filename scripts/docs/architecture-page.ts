import { forTests } from './rooms/for-tests.ts'
import type { Room } from './rooms/room.ts'
import { reportsMayNotImport, rooms, simulator } from './rooms/rooms.ts'

/** The tables of docs/architecture.md: the rooms from what a person types down to the clock, and their folders. */
export function roomTables(): string {
  const topDown = rooms.toReversed()
  const outside = [
    rowOf(simulator, `${namesOf(simulator.mayImport)}; only \`scripts\` and tests start it`),
    ...forTests.map((room) => rowOf(room, 'the product; the product imports none of it')),
  ]
  return [
    tableOf(topDown.map((room) => rowOf(room, mayImport(room)))),
    '### Rooms outside this order',
    tableOf(outside),
    '### Folders inside the rooms',
    foldersOf([...topDown, simulator, ...forTests]),
  ].join('\n\n')
}

const tableOf = (rows: readonly string[]): string =>
  ['| room | its one reason to exist | may import |', '|---|---|---|', ...rows].join('\n')

const rowOf = (room: Room, imports: string): string => `| ${namesOf(room.paths)} | ${room.reason} | ${imports} |`

const namesOf = (paths: readonly string[]): string => paths.map((path) => `\`${path}\``).join(', ')

function mayImport(room: Room): string {
  if (room === rooms[0]) return 'nothing else'
  if (room.paths.includes('reports')) return `the rows below, but not ${namesOf(reportsMayNotImport)}`
  if (room.paths.includes('scripts')) return 'everything but what is for tests'
  return 'the rows below'
}

function foldersOf(all: readonly Room[]): string {
  const lines = all.flatMap(({ paths, folders }) =>
    Object.entries(folders ?? {}).map(([folder, reason]) => `| \`${paths[0]}/${folder}\` | ${reason} |`),
  )
  return ['| folder | what is in it |', '|---|---|', ...lines].join('\n')
}
