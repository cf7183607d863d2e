import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { probeCargoLocks } from '../../src/host/cargo-locks.ts'
import type { CargoLocks } from '../../src/host/cargo-locks.ts'
import { needs } from '../e2e/capabilities.ts'
import { secondUser } from '../e2e/second-user.ts'
import { useScene } from '../e2e/use-scene.ts'
import { hold } from '../helpers/hold.ts'
import { writeProgram } from '../helpers/program.ts'

const scene = useScene()

const HOLD = 'exec 9<>"$1" && flock "$2" 9 && echo ready && read'

function lockFile(path: string): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
  return path
}

/** Makes so many folders, with files in each. */
async function folders(place: string, count: number, files = 'file'): Promise<void> {
  mkdirSync(place, { recursive: true })
  const make = `cd "$1" && mkdir f{0..${count - 1}} && printf '%s\\0' f{0..${count - 1}}/${files} | xargs -0 touch`
  await scene().must('bash', ['-c', make, 'bash', place])
}

async function probe(slot: string): Promise<CargoLocks> {
  const found = (await probeCargoLocks([slot])).get(slot)
  if (found === undefined) throw new Error('the slot has no answer')
  return found
}

function programPath(name: string): string {
  return spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim()
}

function isFree(path: string): boolean {
  return spawnSync('flock', ['--exclusive', '--nonblock', path, 'true']).status === 0
}

describe('a lock of Cargo’s', () => {
  const places = ['debug', 'release', 'x86_64-unknown-linux-gnu/debug', 'custom.profile']
  const names = ['.cargo-lock', '.cargo-build-lock', '.cargo-artifact-lock']
  const files = places.flatMap((place) => names.map((name) => `${place}/${name}`))

  test.each(files)('that is held is found: %s', async (file) => {
    const slot = scene().directory('slot')
    await hold(scene(), HOLD, [lockFile(`${slot}/${file}`), '-x'])
    expect(await probe(slot)).toEqual({ held: [file], unknown: [] })
  })

  test('that is held by many for reading is found', async () => {
    const slot = scene().directory('slot')
    const path = lockFile(`${slot}/debug/.cargo-lock`)
    for (let reader = 0; reader < 2; reader += 1) await hold(scene(), HOLD, [path, '-s'])
    expect((await probe(slot)).held).toEqual(['debug/.cargo-lock'])
  })

  test('is free again as soon as it was tried, and when its holder is gone', async () => {
    const slot = scene().directory('slot')
    const path = lockFile(`${slot}/debug/.cargo-lock`)
    expect(await probe(slot)).toEqual({ held: [], unknown: [] })
    expect(isFree(path)).toBe(true)
    const { release } = await hold(scene(), HOLD, [path, '-x'])
    expect((await probe(slot)).held).toHaveLength(1)
    await release()
    expect(await probe(slot)).toEqual({ held: [], unknown: [] })
    expect(isFree(path)).toBe(true)
  })

  test('is found for the slot that it is in, among many', async () => {
    const base = scene().directory()
    const slots = Array.from({ length: 110 }, (_, n) => `${base}/slot-${n}`)
    const paths = slots.flatMap((slot) =>
      ['debug', 'release'].map((profile) => lockFile(`${slot}/${profile}/.cargo-lock`)),
    )
    const path = paths[211] ?? ''
    await hold(scene(), HOLD, [path, '-x'])
    const found = await probeCargoLocks(slots)
    const held = slots.filter((slot) => (found.get(slot)?.held.length ?? 0) > 0)
    expect(held).toEqual([slots[105]])
    expect([...found.values()].flatMap(({ unknown }) => unknown)).toEqual([])
  }, 30_000)

  needs('root', 'pid-namespace').describe('that a container holds', () => {
    test('is found through its bind mount and its namespaces', async () => {
      const slot = scene().directory('slot')
      const elsewhere = scene().directory('elsewhere')
      lockFile(`${slot}/debug/.cargo-lock`)
      const inside =
        'mount --bind "$1" "$2" && exec 9<>"$2/debug/.cargo-lock" && flock -x 9 && echo ready && read'
      const words = ['--mount', '--pid', '--fork', 'bash', '-c', inside, 'bash', slot, elsewhere]
      await hold(scene(), 'exec unshare "$@"', words)
      expect((await probe(slot)).held).toEqual(['debug/.cargo-lock'])
    })
  })
})

describe('what is planted in a slot', () => {
  test('is never waited for: a FIFO in place of a lock', async () => {
    const slot = scene().directory('slot')
    mkdirSync(`${slot}/debug`)
    spawnSync('mkfifo', [`${slot}/debug/.cargo-lock`])
    expect(await probe(slot)).toEqual({ held: [], unknown: [] })
  })

  test.each(['profile', 'lock', 'slot'])(
    'is never followed: a link in place of the %s',
    async (what) => {
      const slot = `${scene().directory('slot')}/slot`
      const victim = scene().directory('victim')
      await hold(scene(), HOLD, [lockFile(`${victim}/debug/.cargo-lock`), '-x'])
      if (what === 'slot') symlinkSync(victim, slot)
      else mkdirSync(slot)
      if (what === 'profile') symlinkSync(`${victim}/debug`, `${slot}/debug`)
      if (what === 'lock') {
        mkdirSync(`${slot}/debug`)
        symlinkSync(`${victim}/debug/.cargo-lock`, `${slot}/debug/.cargo-lock`)
      }
      const { held, unknown } = await probe(slot)
      expect(held).toEqual([])
      expect(unknown).toHaveLength(what === 'slot' ? 1 : 0)
    },
  )

  test('is passed over: a directory in place of a lock', async () => {
    const slot = scene().directory('slot')
    mkdirSync(`${slot}/debug/.cargo-lock`, { recursive: true })
    expect(await probe(slot)).toEqual({ held: [], unknown: [] })
  })

  test('makes it unknown where it is without end', async () => {
    const slot = scene().directory('slot')
    const locks = '{.cargo-lock,.cargo-build-lock,.cargo-artifact-lock}'
    await folders(`${slot}/debug/made`, 3500, locks)
    expect((await probe(slot)).unknown).toEqual([])
    await folders(`${slot}/made`, 3500, locks)
    expect((await probe(slot)).unknown).toEqual([
      `${slot} cannot be searched for Cargo’s locks (it holds too many files and folders)`,
    ])
  }, 120_000)
})

describe('of very many folders', () => {
  const places = ['.', 'doc', 'tmp', 'debug', 'debug/build', 'criterion/report', 'tests/ui']

  test.each(places)('none makes it unknown: 1000 in %s', async (place) => {
    const slot = scene().directory('slot')
    const paths = ['debug/.cargo-lock', 'x86_64-unknown-linux-gnu/debug/.cargo-lock']
    await folders(`${slot}/${place}`, 1000)
    for (const path of paths) await hold(scene(), HOLD, [lockFile(`${slot}/${path}`), '-x'])
    const { held, unknown } = await probe(slot)
    expect({ held: held.toSorted(), unknown }).toEqual({ held: paths, unknown: [] })
  })

  test('each may hold a lock, where Cargo’s lie', async () => {
    const slot = scene().directory('slot')
    const paths = ['f999/.cargo-lock', 'target/f999/.cargo-build-lock']
    for (const place of ['.', 'target']) await folders(`${slot}/${place}`, 1000)
    for (const path of paths) await hold(scene(), HOLD, [lockFile(`${slot}/${path}`), '-x'])
    const { held, unknown } = await probe(slot)
    expect({ held: held.toSorted(), unknown }).toEqual({ held: paths, unknown: [] })
  })

  test.each([
    'llvm-cov-target/debug',
    'llvm-cov-target/x86_64-unknown-linux-gnu/debug',
    'tests/trybuild/debug',
    'tests/trybuild/x86_64-unknown-linux-gnu/debug',
    'package/a-1.0.0/target/debug',
    'doc/debug',
  ])('none hides the lock of a tool’s target dir: %s', async (profile) => {
    const slot = scene().directory('slot')
    for (const place of ['doc', 'tmp', 'criterion/report', 'tests/ui']) {
      // More than is looked at below Cargo’s own depths: locks are the dearest.
      await folders(`${slot}/${place}`, 1100, '.cargo-lock')
    }
    const held = `${profile}/.cargo-lock`
    await hold(scene(), HOLD, [lockFile(`${slot}/${held}`), '-x'])
    expect(await probe(slot)).toEqual({ held: [held], unknown: [] })
  })
})

test('a slot that is not there holds no lock', async () => {
  expect(await probe('/nowhere/slot')).toEqual({ held: [], unknown: [] })
})

needs('root', 'second-user').describe('what this user may not read', () => {
  test('makes it unknown: a slot, a profile’s folder, a lock', async () => {
    const base = scene().directory()
    const slots = ['slot', 'folder', 'lock', 'open'].map((name) => `${base}/${name}`)
    for (const slot of slots) lockFile(`${slot}/debug/.cargo-lock`)
    chmodSync(`${base}/slot`, 0o700)
    chmodSync(`${base}/folder/debug`, 0o700)
    chmodSync(`${base}/lock/debug/.cargo-lock`, 0o600)
    const script = writeProgram(
      scene(),
      `import { probeCargoLocks } from './host/cargo-locks.js'
       const found = await probeCargoLocks(process.argv.slice(2))
       console.log(JSON.stringify([...found.values()].map(({ held, unknown }) => [held.length, unknown.length])))`,
    )
    const { uid, gid } = secondUser() ?? { uid: 0, gid: 0 }
    const { stdout } = await scene().must(process.execPath, [script, ...slots], { uid, gid })
    expect(JSON.parse(stdout)).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
      [0, 0],
    ])
  })
})

describe('where perl is not to be had', () => {
  const programs = {
    'is missing': null,
    'has no flock(2)': 'exit 1',
    'answers something else': 'echo free; echo yes',
    'answers for one lock alone': 'echo free',
  }

  test.each(Object.entries(programs))('as it %s, flock(1) tries the locks', async (_, perl) => {
    const slot = scene().directory('slot')
    const held = lockFile(`${slot}/debug/.cargo-lock`)
    lockFile(`${slot}/release/.cargo-lock`)
    await hold(scene(), HOLD, [held, '-x'])
    const bin = scene().directory('bin')
    for (const name of ['sh', 'flock']) symlinkSync(programPath(name), `${bin}/${name}`)
    if (perl !== null) writeFileSync(`${bin}/perl`, `#!/bin/sh\n${perl}\n`, { mode: 0o755 })
    const script = writeProgram(
      scene(),
      `import { probeCargoLocks } from './host/cargo-locks.js'
       console.log(JSON.stringify([...(await probeCargoLocks([process.argv[2]])).values()]))`,
    )
    const { stdout } = await scene().must(process.execPath, [script, slot], { env: { PATH: bin } })
    expect(JSON.parse(stdout)).toEqual([{ held: ['debug/.cargo-lock'], unknown: [] }])
  })
})

test('without flock(1) a lock is unknown, never free', async () => {
  const slot = scene().directory('slot')
  lockFile(`${slot}/debug/.cargo-lock`)
  const bin = scene().directory('bin')
  symlinkSync('/bin/sh', `${bin}/sh`)
  const script = writeProgram(
    scene(),
    `import { probeCargoLocks } from './host/cargo-locks.js'
     console.log(JSON.stringify([...(await probeCargoLocks([process.argv[2]])).values()]))`,
  )
  for (const path of [bin, '/nowhere']) {
    const { stdout } = await scene().must(process.execPath, [script, slot], { env: { PATH: path } })
    expect(JSON.parse(stdout)).toEqual([
      { held: [], unknown: [expect.stringContaining('debug/.cargo-lock could not be tried')] },
    ])
  }
})
