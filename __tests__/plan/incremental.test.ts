import { expect, test } from '@jest/globals'
import { incrementalUse, staleStates } from '../../src/plan/incremental.ts'
import type { CompiledCrate, CrateState } from '../../src/plan/incremental.ts'

const HERE = { GITHUB_WORKSPACE: '/work' }
const NONE = { target: null, workspace: null }

test.each([
  ['all of it at constant paths', { target: '/t', workspace: '/w' }, '/other', HERE, 'all'],
  ['all of it at one in the same workspace', { ...NONE, target: '/t' }, '/work', HERE, 'all'],
  ['none of it at one from another', { ...NONE, target: '/t' }, '/other', HERE, 'none'],
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

function unit(crate: string): CompiledCrate {
  return { crate, startedNs: null }
}

test('of what rustc keeps of crates goes what no unit is left of', () => {
  const states = [state('app-1a', 1), state('app-2b', 3), state('app-3c', 2), state('gone-4d', 9)]
  const units = [unit('app'), unit('other'), unit('app')]
  expect(staleStates(states, units).toSorted()).toEqual(['app-1a', 'gone-4d'])
  expect(staleStates(states, [])).toHaveLength(4)
})

test('the state of a unit is what was written first after it was begun', () => {
  const states = [state('app-old', 20), state('app-both', 30), state('app-gone', 200)]
  const begun = [10n, 21n].map((startedNs) => ({ crate: 'app', startedNs }))
  expect(staleStates(states, begun)).toEqual(['app-gone'])
  // Its state is gone, and nothing tells whose the others are: what was written last stays.
  expect(staleStates(states, [{ crate: 'app', startedNs: 300n }])).toEqual(['app-old', 'app-both'])
})

test('what is called otherwise than rustc calls its states stays', () => {
  expect(staleStates([state('foreign', 1), state('.hidden-1a', 1)], [])).toEqual([])
})
