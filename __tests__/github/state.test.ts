import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readState, saveState } from '../../src/github/state.ts'
import type { State } from '../../src/github/state.ts'
import { useScene } from '../e2e/use-scene.ts'
import { anId } from '../helpers/lease.ts'

const scene = useScene()

const prepared = {
  slot: { targetDirectory: '/mnt/targets/x', runDirectory: '/mnt/targets', takenOver: true },
  retired: 2,
  reclaimedBytes: 3,
  diskStatus: 'low',
  freeBytes: 4,
  actions: ['retire x: y\n::error::z'],
}

/** What post finds of what pre has saved. */
function saved(state: State): State | null {
  const file = `${scene().directory()}/state`
  saveState({ GITHUB_STATE: file }, state)
  const [first = '', ...lines] = readFileSync(file, 'utf8').split('\n')
  expect(first).toMatch(/^guard<</)
  return readState({ STATE_guard: lines.slice(0, -2).join('\n') })
}

describe('the state of a step', () => {
  test('is found by post as pre has saved it', () => {
    const state = { root: '/mnt/targets', lease: anId(), prepared }
    expect(saved(state)).toEqual(state)
    expect(saved({ ...state, prepared: null })).toEqual({ ...state, prepared: null })
    // A job that skips its build has neither.
    const skipped = {
      ...state,
      lease: null,
      prepared: { ...prepared, slot: null, freeBytes: null },
    }
    expect(saved(skipped)).toEqual(skipped)
  })

  test('holds a hundred actions at most', () => {
    const actions = Array.from({ length: 200 }, (_, n) => `retire ${n}`)
    const found = saved({ root: '/r', lease: anId(), prepared: { ...prepared, actions } })
    expect(found?.prepared?.actions).toEqual(actions.slice(0, 100))
  })

  test('is none where pre got no lease, or somebody has damaged it', () => {
    for (const text of [
      '',
      '{}',
      '[]',
      'x',
      `{"root":"/r","lease":"../../x"}`,
      `{"lease":"${anId()}"}`,
      '{"root":"/r"}',
    ]) {
      expect(readState({ STATE_guard: text })).toBeNull()
    }
    expect(readState({})).toBeNull()
  })

  test('never throws, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify({ root: '/r', lease: anId(), prepared: value })
        expect(readState({ STATE_guard: text })).toMatchObject({ root: '/r', lease: anId() })
      }),
    )
  })
})
