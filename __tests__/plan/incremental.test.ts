import { expect, test } from '@jest/globals'
import { incrementalUse, staleStates } from '../../src/plan/incremental.ts'
import type { CrateState } from '../../src/plan/incremental.ts'

const HERE = { GITHUB_WORKSPACE: '/work' }
const NONE = { target: null, workspace: null }

test.each([
  ['all of it at a constant path', { target: '/target', workspace: null }, '/other', HERE, 'all'],
  ['some of it at another path', NONE, '/work', HERE, 'some'],
  ['none of it from another workspace', NONE, '/other', HERE, 'none'],
  ['some of it where all see that at one', { ...NONE, workspace: '/w' }, '/other', HERE, 'some'],
  ['none of it where it is off', NONE, '/work', { ...HERE, CARGO_INCREMENTAL: '0' }, 'none'],
] as const)('rustc takes %s', (_, constantPaths, workspace, environment, use) => {
  expect(incrementalUse({ workspace }, { constantPaths, environment })).toBe(use)
  const elsewhere = { workspace, isElsewhere: true }
  expect(incrementalUse(elsewhere, { constantPaths, environment })).toBe('none')
})

function state(name: string, at: number): CrateState {
  return { name, mtimeNs: BigInt(at) }
}

test('of what rustc keeps of crates goes what is older than there are units', () => {
  const states = [state('app-1a', 1), state('app-2b', 3), state('app-3c', 2), state('gone-4d', 9)]
  expect(staleStates(states, ['app', 'other', 'app'])).toEqual(['gone-4d', 'app-1a'])
  expect(staleStates(states, [])).toHaveLength(4)
  expect(staleStates([state('foreign', 1)], ['foreign'])).toEqual(['foreign'])
})
