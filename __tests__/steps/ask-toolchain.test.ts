import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Origin } from '../../src/plan/seed.ts'
import { askToolchain } from '../../src/steps/ask-toolchain.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()
const SAID = 'rustc 1.95.0\nhost: nowhere'
const ORIGIN: Origin = {
  workspace: '/work',
  runnerKey: '',
  toolchain: 'rustc of a container',
  inputs: true,
  times: '',
  generation: 0,
  unused: {},
}

let base: string
const path = process.env['PATH']

/** A rustup whose rustc notes that it was asked. */
beforeEach(() => {
  base = scene().directory('rustup')
  mkdirSync(`${base}/bin`)
  mkdirSync(`${base}/home/toolchains/stable/bin`, { recursive: true })
  writeFileSync(`${base}/home/toolchains/stable/bin/rustc`, '')
  writeFileSync(`${base}/asked`, '')
  const program = `#!/bin/sh\necho asked >>${base}/asked\necho '${SAID}'\n`
  writeFileSync(`${base}/bin/rustup`, program, { mode: 0o755 })
  linkSync(`${base}/bin/rustup`, `${base}/bin/rustc`)
  process.env['PATH'] = `${base}/bin:${path}`
})

afterEach(() => {
  process.env['PATH'] = path
})

async function ask(fit: readonly Origin[]): ReturnType<typeof askToolchain> {
  const environment = { PATH: process.env['PATH'], RUSTUP_HOME: `${base}/home` }
  return askToolchain({ workspace: base }, fit, environment)
}

const timesAsked = (): number => readFileSync(`${base}/asked`, 'utf8').split('\n').length - 1

test('rustc is asked once, as long as nothing chooses another one', async () => {
  const first = await ask([])
  expect(first).toEqual({ toolchain: SAID, choice: expect.stringMatching(/^[0-9a-f]{64}$/) })
  const noted = { ...ORIGIN, asked: first.toolchain ?? '', choice: first.choice ?? '' }
  expect(await ask([ORIGIN, noted])).toEqual(first)
  expect(timesAsked()).toBe(1)
  writeFileSync(`${base}/rust-toolchain.toml`, '[toolchain]\nchannel = "nightly"\n')
  expect((await ask([noted])).choice).not.toBe(first.choice)
  expect(timesAsked()).toBe(2)
})

test.each<[string, Partial<Origin>]>([
  ['says nothing of what chose its toolchain', { asked: 'rustc 1.0.0' }],
  ['was chosen for by something else', { asked: 'rustc 1.0.0', choice: 'f'.repeat(64) }],
])('it is asked where the build on offer %s', async (_, noted) => {
  expect(await ask([{ ...ORIGIN, ...noted }])).toMatchObject({ toolchain: SAID })
  expect(timesAsked()).toBe(1)
})

test('it is asked where nobody can tell what chooses it', async () => {
  writeFileSync(`${base}/rust-toolchain.toml`, '[toolchain]\npath = "own"\n')
  const noted = { ...ORIGIN, asked: 'rustc 1.0.0', choice: '' }
  expect(await ask([noted])).toEqual({ toolchain: SAID, choice: null })
})
