import { expect, test } from 'vitest'
import { publisherOf } from './own-container.ts'

const list = `3f2a9c0b11de 0.0.0.0:8000->8000/tcp, :::8000->8000/tcp
aa11bb22cc33 127.0.0.1:9000-9003->9000-9003/tcp
dd44ee55ff66 8080/tcp
`

test.each([
  [8000, '3f2a9c0b11de'],
  [9002, 'aa11bb22cc33'],
  // a port inside a container that it does not publish
  [8080, null],
  [800, null],
])('the container that publishes %d', (port, id) => {
  expect(publisherOf(list, port)).toBe(id)
})

test.each(['', 'permission denied while trying to connect to the Docker daemon', '$(reboot) :8000->8000/tcp'])(
  'a list that is none: %s',
  (text) => {
    expect(publisherOf(text, 8000)).toBeNull()
  },
)
