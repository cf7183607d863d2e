import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compilingVariables, remoteKeys } from '../../src/plan/remote-key.ts'
import type { RemoteFacts } from '../../src/plan/remote-key.ts'

const FACTS: RemoteFacts = {
  platform: 'linux',
  architecture: 'x64',
  image: 'glibc 2.36',
  workflow: 'ci.yml',
  job: 'build',
  leg: '{"os":"linux"}',
  rustc: 'rustc 1.95.0\nhost: x86_64-unknown-linux-gnu\n',
  variables: { RUSTFLAGS: '-C debuginfo=0' },
  lockfile: 'version = 4',
  commit: 'a'.repeat(40),
}

test('keys name the host and job for people', () => {
  const { key, restoreKeys } = remoteKeys(FACTS)
  expect(key).toMatch(/^target-guard-1-linux-x64-build(-[0-9a-f]{16}){4}$/)
  const [locked = '', own = '', place = ''] = restoreKeys
  expect(key.startsWith(locked)).toBe(true)
  expect(locked.startsWith(own)).toBe(true)
  expect(own.startsWith(place)).toBe(true)
  expect(locked.length).toBe(key.length - 16)
  expect(own.length).toBe(locked.length - 17)
  expect(place.length).toBe(own.length - 17)
})

describe('another', () => {
  const before = remoteKeys(FACTS)
  test.each<[keyof RemoteFacts, Partial<RemoteFacts>]>([
    ['platform', { platform: 'darwin' }],
    ['architecture', { architecture: 'arm64' }],
    ['image', { image: 'glibc 2.39' }],
    ['job', { job: 'build2' }],
    ['leg', { leg: '' }],
    ['rustc', { rustc: 'rustc 1.96.0' }],
    ['variables', { variables: {} }],
    ['variables', { variables: { CARGO_INCREMENTAL: '0' } }],
  ])('%s gives nothing of what was', (_, change) => {
    const { restoreKeys } = remoteKeys({ ...FACTS, ...change })
    for (const prefix of restoreKeys) expect(before.key.startsWith(prefix)).toBe(false)
  })

  test('lockfile gives what was as the second choice', () => {
    for (const lockfile of ['version = 3', null]) {
      const [locked, place] = remoteKeys({ ...FACTS, lockfile }).restoreKeys
      expect(before.key.startsWith(locked ?? '')).toBe(false)
      expect(before.key.startsWith(place ?? '?')).toBe(true)
    }
  })

  test('workflow gives what was as the last choice', () => {
    const { restoreKeys } = remoteKeys({ ...FACTS, workflow: 'release.yml' })
    const found = restoreKeys.map((prefix) => before.key.startsWith(prefix))
    expect(found).toEqual([false, false, true])
  })

  test('commit gives what was as the first choice, under a key of its own', () => {
    const { key, restoreKeys } = remoteKeys({ ...FACTS, commit: 'b' })
    expect(key).not.toBe(before.key)
    expect(restoreKeys).toEqual(before.restoreKeys)
  })
})

test('keys are what the service takes, whatever they are made of', () => {
  const text = fc.string({ unit: 'binary', maxLength: 2000 })
  const facts = fc.record({
    platform: text,
    architecture: text,
    image: text,
    workflow: text,
    job: text,
    leg: text,
    rustc: text,
    variables: fc.dictionary(text, text),
    lockfile: fc.option(text),
    commit: text,
  })
  fc.assert(
    fc.property(facts, (each) => {
      const { key, restoreKeys } = remoteKeys(each)
      for (const one of [key, ...restoreKeys]) expect(one).toMatch(/^[A-Za-z0-9_.-]{1,512}$/)
    }),
  )
})

test('lists that join to the same text are told apart', () => {
  const one = remoteKeys({ ...FACTS, leg: 'a', rustc: 'b' })
  const two = remoteKeys({ ...FACTS, leg: 'ab', rustc: '' })
  expect(one.key).not.toBe(two.key)
})

test('of an environment, what changes the compiled code counts', () => {
  const counted = {
    RUSTFLAGS: 'x',
    CARGO_INCREMENTAL: '0',
    CARGO_BUILD_TARGET: 'y',
    CARGO_PROFILE_DEV_DEBUG: '0',
    CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER: 'clang',
    CARGO_ENCODED_RUSTFLAGS: '',
    RUSTUP_TOOLCHAIN: '1.95.0',
    CC: 'clang',
  }
  const others = { CARGO_TARGET_DIR: '/a', CARGO_HOME: '/b', PATH: '/c', RUSTUP_HOME: '/d' }
  expect(compilingVariables({ ...counted, ...others, RUSTC_WRAPPER: undefined })).toEqual(counted)
})
