import {
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { digestChoice } from '../../src/host/toolchain-choice.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()
let base: string
let checkout: string

beforeEach(() => {
  base = scene().directory('rustup')
  checkout = `${base}/work/checkout`
  mkdirSync(checkout, { recursive: true })
  mkdirSync(`${base}/bin`)
  writeFileSync(`${base}/bin/rustup`, 'a proxy', { mode: 0o755 })
  linkSync(`${base}/bin/rustup`, `${base}/bin/rustc`)
  for (const name of ['stable', 'nightly']) install(name)
  write('home/settings.toml', 'default_toolchain = "stable"\n\n[overrides]\n')
})

function write(name: string, text: string): void {
  writeFileSync(`${base}/${name}`, text)
}

function install(name: string): void {
  mkdirSync(`${base}/home/toolchains/${name}/bin`, { recursive: true })
  write(`home/toolchains/${name}/bin/rustc`, name)
}

function digest(directory = checkout, variables: NodeJS.ProcessEnv = {}): string | null {
  const environment = { PATH: `${base}/none:${base}/bin:/usr/bin`, RUSTUP_HOME: `${base}/home` }
  return digestChoice(directory, { ...environment, ...variables })
}

describe('what chooses a toolchain', () => {
  test('is the same until something of it changes, in every directory', () => {
    const before = digest()
    expect(before).toMatch(/^[0-9a-f]{64}$/)
    write('work/checkout/main.rs', 'fn main() {}')
    write('home/unrelated', '')
    expect(digest()).toBe(before)
    mkdirSync(`${base}/work/another`)
    expect(digest(`${base}/work/another`)).toBe(before)
    expect(digest(checkout, { RUSTFLAGS: '-O' })).toBe(before)
  })

  test.each<[string, () => NodeJS.ProcessEnv | void]>([
    ['rust-toolchain.toml', () => write('work/checkout/rust-toolchain.toml', 'channel = "1.84"')],
    ['a rust-toolchain above', () => write('work/rust-toolchain', 'nightly')],
    ['the default', () => write('home/settings.toml', 'default_toolchain = "nightly"\n')],
    ['a variable', () => ({ RUSTUP_TOOLCHAIN: 'nightly' })],
    ['a library path', () => ({ LD_LIBRARY_PATH: '/opt/lib' })],
    [
      'an update',
      () => {
        write('home/toolchains/stable/new', 'stable')
        renameSync(`${base}/home/toolchains/stable/new`, `${base}/home/toolchains/stable/bin/rustc`)
      },
    ],
    ['a new toolchain', () => install('1.84')],
    ['one less', () => rmSync(`${base}/home/toolchains/nightly`, { recursive: true })],
    ['another rustup', () => utimesSync(`${base}/bin/rustup`, 1, 1)],
    ['another home', () => ({ RUSTUP_HOME: `${base}/other` })],
  ])('changes with %s', (_, change) => {
    mkdirSync(`${base}/other/toolchains`, { recursive: true })
    const before = digest()
    const variables = change() ?? {}
    const after = digest(checkout, variables)
    expect([after === null, after === before]).toEqual([false, false])
  })

  test('is known with a second name of a toolchain', () => {
    symlinkSync(`${base}/home/toolchains/stable`, `${base}/home/toolchains/1.95.0`)
    expect(digest()).not.toBeNull()
  })

  test('is another one in each directory once one of them has an override', () => {
    mkdirSync(`${base}/work/another`)
    write('home/settings.toml', `[overrides]\n"${checkout}" = "nightly"\n`)
    expect(digest(`${base}/work/another`)).not.toBe(digest())
    expect(digest()).not.toBeNull()
  })

  test.each<[string, () => NodeJS.ProcessEnv | void]>([
    [
      'a rustc that is not rustup’s',
      () => {
        unlinkSync(`${base}/bin/rustc`)
        writeFileSync(`${base}/bin/rustc`, '#!/bin/sh\n', { mode: 0o755 })
      },
    ],
    ['no rustc', () => ({ PATH: `${base}/none` })],
    ['a relative PATH', () => ({ PATH: `bin:${base}/bin` })],
    ['a linked toolchain', () => symlinkSync('/opt', `${base}/home/toolchains/own`)],
    [
      'a toolchain by its path',
      () => write('work/rust-toolchain.toml', '[toolchain]\npath = "../own"\n'),
    ],
    ['a variable that names a path', () => ({ RUSTUP_TOOLCHAIN: '/opt/rust' })],
    ['settings that name a path', () => write('home/settings.toml', 'default_toolchain = "/opt"')],
    [
      'a toolchain file behind a link',
      () => symlinkSync('/dev/null', `${base}/work/checkout/rust-toolchain.toml`),
    ],
    ['a relative home', () => ({ RUSTUP_HOME: 'home' })],
    ['no toolchains', () => rmSync(`${base}/home/toolchains`, { recursive: true })],
  ])('is not known with %s', (_, change) => {
    const variables = change() ?? {}
    expect(digest(checkout, variables)).toBeNull()
  })

  test('is not known where there is no such directory', () => {
    expect(digest(`${base}/nowhere`)).toBeNull()
  })
})

needs('rustup').test('is known of a real rustup, and changes with its toolchain', () => {
  const before = digestChoice(checkout, process.env)
  expect(before).not.toBeNull()
  expect(digestChoice(checkout, process.env)).toBe(before)
  expect(digestChoice(checkout, { ...process.env, RUSTUP_TOOLCHAIN: 'nightly' })).not.toBe(before)
})
