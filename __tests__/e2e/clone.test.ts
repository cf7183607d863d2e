import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { cloneTree } from '../../src/host/clone.ts'
import type { Cloned, CloneOrder } from '../../src/host/clone.ts'
import { lookAtShared } from '../../src/host/linked-files.ts'
import { readLinkerNote } from '../../src/host/linker-note.ts'
import { canReflink } from '../../src/host/reflink.ts'
import { looksMarked, markUnits } from '../../src/host/unit-marks.ts'
import { fetchDependencies } from '../fixtures/cargo-project.ts'
import type { CargoProject } from '../fixtures/cargo-project.ts'
import { registryProject } from '../fixtures/registry-project.ts'
import { HASH, cargoTree } from '../helpers/cargo-tree.ts'
import { listing } from '../helpers/listing.ts'
import { writeProgram } from '../helpers/program.ts'
import { needs } from './capabilities.ts'
import { Scene } from './scene.ts'
import { fill, smallDisk } from './small-disk.ts'
import type { Kind } from './small-disk.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()

type Disk = 'ext4' | 'xfs' | 'btrfs'
const DISKS: readonly [Disk, CloneOrder['way']][] = [
  ['ext4', 'hybrid'],
  ['xfs', 'reflink'],
  ['btrfs', 'reflink'],
]

const LINKERS: Readonly<Record<string, string>> = {
  'the default linker': '',
  lld: '-Clink-arg=-fuse-ld=lld -Clink-self-contained=-linker',
  mold: '-Clink-arg=-fuse-ld=mold -Clink-self-contained=-linker',
}

/** What these leave in what they link. */
const NOTES: Readonly<Record<string, RegExp>> = {
  'the default linker': /^(?!.*mold)/s,
  lld: /Linker: (?:[A-Za-z]+ )?LLD/,
  mold: /^mold /m,
}

const WHOLE = {
  skipIncremental: true,
  sharesPrograms: true,
  copyAtMostBytes: null,
  waitMs: 60_000,
} as const

async function clone(order: Omit<CloneOrder, keyof typeof WHOLE>): Promise<Cloned> {
  return cloneTree({ ...order, ...WHOLE })
}

/** The registry project with what Cargo links besides: a test, a library and an example of its own. */
function aProject(directory: string): CargoProject {
  const project = registryProject(directory)
  const put = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(project.directory, name)), { recursive: true })
    writeFileSync(path.join(project.directory, name), text)
  }
  put('src/lib.rs', 'pub fn two() -> u32 { 2 }\n#[test] fn is_two() { assert_eq!(two(), 2); }\n')
  put('tests/adds.rs', '#[test] fn adds() { assert_eq!(registry::two(), 2); }\n')
  put('examples/show.rs', 'fn main() { println!("{}", registry::two()); }\n')
  fetchDependencies(project)
  return project
}

const EVERYTHING = ['test', '--workspace', '--all-targets']

/** One project, and what each linker made of it: to compile its dependencies takes longest here. */
class Builds {
  readonly project: CargoProject
  readonly #scene: Scene
  readonly #asItWas: string
  readonly #targets = new Map<string, string>()

  constructor(lasting: Scene) {
    this.#scene = lasting
    this.project = aProject(lasting.directory('project'))
    this.#asItWas = `${lasting.directory('as-it-was')}/project`
    cpSync(this.project.directory, this.#asItWas, { recursive: true, preserveTimestamps: true })
  }

  /** Puts a target dir that this linker filled at `target`, and the project back as it was then. */
  async copyTo(target: string, linker: string): Promise<void> {
    const { directory } = this.project
    cpSync(this.#asItWas, directory, { recursive: true, preserveTimestamps: true, force: true })
    const known = this.#targets.get(linker)
    const made = known ?? this.#scene.directory('target')
    if (known === undefined) await cargo(this.#scene, this.project, made, EVERYTHING, linker)
    this.#targets.set(linker, made)
    await this.#scene.must('cp', ['-a', made, target])
  }
}

function isSame(one: string, other: string): boolean {
  return statSync(one).ino === statSync(other).ino
}

/** Runs Cargo; what it said on standard error. */
async function cargo(
  within: Scene,
  project: CargoProject,
  target: string,
  words: readonly string[],
  linker: string,
): Promise<string> {
  const env = { CARGO_TARGET_DIR: target, RUSTFLAGS: LINKERS[linker], CARGO_INCREMENTAL: '0' }
  const { stderr } = await within.must('cargo', [...words, '--offline'], {
    cwd: project.directory,
    env,
  })
  return stderr
}

/** What a tree is, but for links to its files that were made elsewhere: they change ctime and count. */
function portrait(tree: string): string[] {
  return listing(tree).map((line) => {
    const [, name, mode, uid, gid, , mtime, , rest = ''] =
      /^(.*?) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)(.*)$/s.exec(line) ?? []
    return [name, mode, uid, gid, mtime, rest].join(' ')
  })
}

/** Bytes in use, when all that was written has its place. */
async function usedBytes(mount: string): Promise<number> {
  await scene().must('sync', ['-f', mount])
  const { blocks, bfree, bsize } = statfsSync(mount)
  return (blocks - bfree) * bsize
}

needs('root', 'loop-mount', 'xfs', 'btrfs', 'cargo', 'lld', 'mold').describe(
  'the source of a clone',
  () => {
    const cases = DISKS.flatMap(([disk, way]) =>
      Object.keys(LINKERS).map((linker) => [disk, way, linker] as const),
    )
    let lasting: Scene
    let builds: Builds

    beforeAll(() => {
      lasting = new Scene()
      builds = new Builds(lasting)
    }, 120_000)

    afterAll(async () => lasting.end(), 60_000)

    test.each(cases)(
      'on %s, by %s, with %s, is what it was after builds and tests in the clone',
      async (disk, way, linker) => {
        const mount = await smallDisk(scene(), disk === 'ext4' ? 'large ext4' : disk)
        const { project } = builds
        const [source, staged, slot] = ['source', 'staged', 'slot'].map(
          (name) => `${mount}/${name}`,
        )
        if (source === undefined || staged === undefined || slot === undefined) throw new Error()
        await builds.copyTo(source, linker)
        const deps = path.join(source, 'debug/deps')
        const program = readdirSync(deps).find((name) => /^adds-[0-9a-f]{16}$/.test(name)) ?? ''
        expect(readLinkerNote(path.join(deps, program))).toMatch(NOTES[linker] ?? 'no linker')
        const before = portrait(source)
        const { linked, linkedBytes } = await clone({ source, destination: staged, way })
        renameSync(staged, slot)

        const build = async (): Promise<string> => cargo(scene(), project, slot, EVERYTHING, linker)
        expect(await build()).not.toContain('Compiling')
        for (const file of [
          'src/lib.rs',
          'src/main.rs',
          'tests/adds.rs',
          'examples/show.rs',
          'macro/src/lib.rs',
        ]) {
          const at = path.join(project.directory, file)
          writeFileSync(
            at,
            `${readFileSync(at, 'utf8')}\n#[allow(dead_code)] fn more() { println!("more"); }\n`,
          )
        }
        expect(await build()).toContain('Compiling')
        expect(portrait(source)).toEqual(before)
        expect(lookAtShared(source, linked).same).toEqual(linked)
        expect(linkedBytes > 0).toBe(way === 'hybrid')
      },
      240_000,
    )

    test.each(DISKS.filter(([, way]) => way === 'reflink'))(
      'on %s, by %s, is what it was after every file of the clone was written into',
      async (disk, way) => {
        const mount = await smallDisk(scene(), disk)
        const [source, destination] = [`${mount}/source`, `${mount}/staged`]
        cargoTree(source)
        const before = portrait(source)
        await clone({ source, destination, way })
        const spoil = 'find "$1" -type f -exec sh -c \'for f; do echo spoilt >"$f"; done\' sh {} +'
        await scene().must('bash', ['-c', spoil, 'bash', destination])
        expect(portrait(source)).toEqual(before)
      },
    )

    test.each(DISKS.filter(([, way]) => way === 'reflink'))(
      'on %s, by %s, has marks for each of its clones',
      async (disk, way) => {
        const mount = await smallDisk(scene(), disk)
        const source = `${mount}/source`
        cargoTree(source)
        await markUnits(source)
        for (const name of ['first', 'second']) {
          await clone({ source, destination: `${mount}/${name}`, way })
          expect([source, `${mount}/${name}`].map((tree) => looksMarked(tree))).toEqual([
            true,
            true,
          ])
        }
      },
    )

    test('on ext4, by hybrid: a program that a job strips is found, and not shared by its own clones', async () => {
      const mount = await smallDisk(scene(), 'large ext4')
      const [source, slot, next] = ['source', 'slot', 'next'].map((name) => `${mount}/${name}`) as [
        string,
        string,
        string,
      ]
      await builds.copyTo(source, 'the default linker')
      const build = async (target: string): Promise<string> => {
        const words = ['build', '--workspace', '--bins', '--examples']
        return cargo(scene(), builds.project, target, words, 'the default linker')
      }
      await build(source)
      const programs = ['debug/registry', 'debug/examples/show']
      const shared = (from: string, to: string): boolean[] =>
        programs.map((name) => isSame(`${from}/${name}`, `${to}/${name}`))
      const { linked } = await clone({ source, destination: slot, way: 'hybrid' })
      expect(shared(source, slot)).toEqual([true, true])
      // As in a job: Cargo finds it fresh, and puts it where people find it.
      for (const name of programs) rmSync(`${slot}/${name}`)
      expect(await build(slot)).not.toContain('Compiling')
      expect(shared(source, slot)).toEqual([true, true])
      await scene().must('strip', [`${slot}/debug/registry`])
      expect(lookAtShared(source, linked).written).toEqual(
        expect.arrayContaining([
          'debug/registry',
          expect.stringMatching(/^debug\/deps\/registry-/),
        ]),
      )
      await clone({ source: slot, destination: next, way: 'hybrid' })
      expect(shared(slot, next)).toEqual([false, true])
    }, 240_000)

    test('on ext4, by hybrid: whatever is written through a link is found', async () => {
      const mount = await smallDisk(scene(), 'ext4')
      const [source, destination] = [`${mount}/source`, `${mount}/staged`]
      cargoTree(source)
      const { linked } = await clone({ source, destination, way: 'hybrid' })
      expect(linked).toHaveLength(3)
      expect(lookAtShared(source, linked).same).toEqual(linked)
      writeSync(openSync(`${destination}/debug/deps/libone-${HASH}.rmeta`, 'r+'), 'spoilt')
      expect(lookAtShared(source, linked).written).toEqual([`debug/deps/libone-${HASH}.rmeta`])
    })
  },
)

needs('root', 'loop-mount', 'xfs', 'btrfs').describe('a file system', () => {
  test.each<[Kind, boolean]>([
    ['ext4', false],
    ['tmpfs', false],
    ['xfs', true],
    ['btrfs', true],
  ])('%s can share blocks: %s', async (kind, expected) => {
    const mount = await smallDisk(scene(), kind)
    expect(canReflink(mount)).toBe(expected)
    expect(canReflink(mount)).toBe(expected)
    expect(readdirSync(mount).filter((name) => name !== 'lost+found')).toEqual([])
  })
})

/** A tree of Cargo’s shape with 40 MB in its libraries. */
function weighty(source: string): void {
  cargoTree(source)
  for (let unit = 0; unit < 20; unit += 1) {
    const hash = unit.toString(16).padStart(16, '0')
    writeFileSync(`${source}/debug/deps/libunit-${hash}.rlib`, Buffer.alloc(2e6, unit + 1))
    for (let file = 0; file < 5; file += 1) {
      mkdirSync(`${source}/debug/.fingerprint/unit-${hash}`, { recursive: true })
      writeFileSync(`${source}/debug/.fingerprint/unit-${hash}/${file}`, 'print')
    }
  }
}

needs('root', 'loop-mount', 'xfs', 'btrfs').describe('a clone', () => {
  test.each(DISKS)('on %s, by %s, takes hardly any disk', async (disk, way) => {
    const mount = await smallDisk(scene(), disk)
    const empty = await usedBytes(mount)
    weighty(`${mount}/source`)
    const one = await usedBytes(mount)
    await clone({ source: `${mount}/source`, destination: `${mount}/staged`, way })
    const share = ((await usedBytes(mount)) - one) / (one - empty)
    expect(share).toBeLessThanOrEqual(way === 'reflink' ? 0.02 : 0.1)
  })

  // A full btrfs has room for a reflink: it keeps blocks for its own records apart.
  test.each<[Disk, CloneOrder['way']]>([
    ['ext4', 'hybrid'],
    ['ext4', 'copy'],
    ['xfs', 'reflink'],
  ])('on a full %s, by %s, leaves nothing and changes nothing', async (disk, way) => {
    const mount = await smallDisk(scene(), disk)
    const source = `${mount}/source`
    weighty(source)
    await fill(scene(), `${mount}/full`, disk)
    const before = portrait(source)
    const failure = await clone({ source, destination: `${mount}/staged`, way }).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ name: 'CloneError', remains: null })
    expect(String(failure)).toMatch(/No space left|ENOSPC/)
    expect(existsSync(`${mount}/staged`)).toBe(false)
    expect(portrait(source)).toEqual(before)
  })

  test.each(DISKS)(
    'on %s, by %s, that is killed leaves its destination alone',
    async (disk, way) => {
      const mount = await smallDisk(scene(), disk)
      const [source, destination] = [`${mount}/source`, `${mount}/staged`]
      weighty(source)
      for (let file = 0; file < 3000; file += 1) {
        writeFileSync(`${source}/debug/.fingerprint/${file}`, 'print')
      }
      const before = portrait(source)
      const program = writeProgram(
        scene(),
        `import { cloneTree } from './host/clone.js'
      await cloneTree(${JSON.stringify({ source, destination, way, ...WHOLE })})`,
      )
      const cloning = scene().start(process.execPath, [program], { stdio: 'ignore' })
      await waitFor(() => readdirSync(`${destination}/debug`).length > 0, { everyMs: 1 })
      cloning.kill('SIGKILL')
      await waitFor(() => cloning.signalCode !== null)
      await scene().endProcesses()
      expect(lstatSync(destination).isDirectory()).toBe(true)
      expect(portrait(source)).toEqual(before)
      expect(
        readdirSync(mount)
          .filter((name) => name !== 'lost+found')
          .toSorted(),
      ).toEqual(['source', 'staged'])
    },
  )
})

describe('a clone to another file system', () => {
  test('fails as a whole', async () => {
    const directory = scene().directory('source')
    cargoTree(`${directory}/source`)
    const mount = scene().directory('other')
    await scene().must('mount', ['-t', 'tmpfs', 'none', mount])
    const order = { source: `${directory}/source`, destination: `${mount}/staged` }
    await expect(clone({ ...order, way: 'hybrid' })).rejects.toThrow('EXDEV')
    await expect(clone({ ...order, way: 'reflink' })).rejects.toThrow('failed to clone')
    expect(readdirSync(mount)).toEqual([])
  })
})
