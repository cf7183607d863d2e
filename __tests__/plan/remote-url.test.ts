import { expect, test } from '@jest/globals'
import { parseRemote } from '../../src/plan/remote-url.ts'

test.each([
  ['https://github.com/octo-org/demo.git', 'octo-org/demo'],
  ['https://github.com/octo-org/demo', 'octo-org/demo'],
  ['https://me@git.example:8443/octo-org/demo.git/', 'octo-org/demo'],
  ['ssh://git@git.example:22/octo-org/demo.git', 'octo-org/demo'],
  ['git@github.com:octo-org/demo.git', 'octo-org/demo'],
  ['git.example:group/part/demo.rs', 'part/demo.rs'],
  ['/srv/git/octo-org/demo.git', null],
  ['file:///srv/git/octo-org/demo.git', null],
  ['../octo-org/demo.git', null],
  ['git@github.com:demo.git', null],
  ['https://github.com/octo-org/..', null],
  ['https://github.com/-octo/demo', null],
  ['https://github.com/octo-org/de mo', null],
  ['ext::sh -c true octo-org/demo', null],
  ['', null],
])('%j names %j', (address, named) => {
  const found = parseRemote(address)
  expect(found === null ? null : `${found.owner}/${found.repository}`).toBe(named)
})
