import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { beforeEach, expect, test } from '@jest/globals'
import { encodeRecord } from '../../src/plan/build-record.ts'
import type { BuildRecord } from '../../src/plan/build-record.ts'
import type { Lease } from '../../src/plan/lease.ts'
import type { SeedSource } from '../../src/plan/seed.ts'
import type { LinkedFile } from '../../src/plan/linked-file.ts'
import type { Settings } from '../../src/plan/settings.ts'
import { readMoment } from '../../src/host/boot.ts'
import { heirOf, linkFormerPath } from '../../src/host/former-paths.ts'
import { hybridRefusal } from '../../src/host/hybrid-mark.ts'
import { whileFileLocked } from '../../src/host/kernel-lock.ts'
import { leasePath, readInputs, readLinked, writeRecord } from '../../src/host/lease-companions.ts'
import {
  dropLease,
  endLease,
  endedLeasePath,
  findLease,
  spoilEnd,
  writeLease,
} from '../../src/host/leases.ts'
import type { Root } from '../../src/host/root.ts'
import { folderOf, listSnapshots } from '../../src/host/snapshots.ts'
import { cloneSeed } from '../../src/steps/clone-seed.ts'
import { snapshotSources } from '../../src/steps/clone-sources.ts'
import type { CloneSource } from '../../src/steps/clone-sources.ts'
import { inherit } from '../../src/steps/inherit.ts'
import { saveBuild } from '../../src/steps/remote-build.ts'
import { publishBuild } from '../../src/steps/publish.ts'
import type { Runtime } from '../../src/steps/runtime.ts'
import type { Filled } from '../../src/steps/seed.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { HASH, cargoTree } from '../helpers/cargo-tree.ts'
import { elf } from '../helpers/elf.ts'
import { aJob, aLease, anEnd, anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'
import { aSelf } from '../helpers/self.ts'

const scene = useScene()
const JOB = aJob({ prKey: 'main', trusted: true })
const RLIB = `debug/deps/libone-${HASH}.rlib`
const RMETA = `debug/deps/libone-${HASH}.rmeta`
const PROGRAM = `debug/deps/program-${HASH}`
const FOUND = 'debug/program'
const WROTE = 'a build wrote into'
const SETTINGS = {
  warm: 'auto',
  floors: { minFreeBytes: 0, minFreePercent: 0, minFreeInodesPercent: 0 },
  watermarks: { high: 100, low: 100 },
  constantPaths: { target: null, workspace: null },
} as Settings
const ORIGIN = {
  workspace: '/work',
  runnerKey: '',
  toolchain: 'rustc',
  inputs: true,
  times: '',
  generation: 0,
  unused: {},
}
const BUILD: BuildRecord = { ...ORIGIN, version: 1, common: '', former: [] }

let root: Root
let said: string[]
let runtime: Runtime

beforeEach(() => {
  root = aRoot(scene())
  said = []
  const note = (text: string): unknown => said.push(text)
  const voice = { info: note, notice: note, warning: note, error: note }
  runtime = { environment: {}, script: '', voice }
})

const leaseOf = (n: number): Lease => aLease({ id: anId(n), job: JOB })
const slotOf = ({ slot }: Lease): string => `${root.path}/${slot}`
const sharedBy = ({ id }: Lease): readonly LinkedFile[] | null => readLinked(root, id)

/** The slot of the nth lease, empty. */
function aSlot(n: number): Lease {
  const lease = leaseOf(n)
  mkdirSync(slotOf(lease), { recursive: true })
  return lease
}

/** Ends the job of a lease, and well. */
function end(lease: Lease): Lease {
  writeLease(root, lease)
  writeRecord(root, lease.id, '.build', encodeRecord(BUILD))
  endLease(root, lease.id, anEnd())
  return lease
}

function anEnded(n: number): Lease {
  const lease = aSlot(n)
  cargoTree(slotOf(lease))
  writeRecord(root, lease.id, '.inputs', `inputs ${n}`)
  return end(lease)
}

/** The same with a program that people find, as Cargo left it. */
function withProgram(n: number): Lease {
  const lease = anEnded(n)
  const [linked, found] = [PROGRAM, FOUND].map((name) => `${slotOf(lease)}/${name}`) as [
    string,
    string,
  ]
  rmSync(found)
  writeFileSync(linked, elf('GCC: (Debian)\0'), { mode: 0o755 })
  linkSync(linked, found)
  writeFileSync(`${slotOf(lease)}/debug/.fingerprint/one-${HASH}/bin-program`, HASH)
  return lease
}

function sourceOf(lease: Lease): CloneSource {
  const { id, slot } = lease
  const known = { label: slot, id, folder: slotOf(lease), bytes: null, ageHours: 1 }
  return {
    ...known,
    origin: ORIGIN,
    trusted: false,
    former: [slot],
    place: { slot, container: null },
  }
}

const theSnapshot = (): CloneSource[] => snapshotSources(root, JOB, listSnapshots(root), '')

/** Clones a build into the slot of the nth lease; `meanwhile` is done once it is locked. */
async function clone(
  source: CloneSource | undefined,
  n: number,
  meanwhile = (): void => {},
): Promise<Lease | string> {
  if (source === undefined) throw new Error('there is no source')
  const lease = aSlot(n)
  const settings: Settings = {
    ...SETTINGS,
    get warm() {
      meanwhile()
      return 'auto' as const
    },
  }
  const place = `${scene().directory('seeding')}/0`
  const request = { root, self: aSelf(), job: JOB, settings, lease, place, source }
  return taken(lease, place, await cloneSeed(request, null, runtime))
}

/** Has the slot of the nth lease inherit a build; `meanwhile` is done once that was looked at. */
async function inheritFrom(
  ended: Lease,
  n: number,
  meanwhile = (): void => {},
): Promise<Lease | string> {
  const lease = aSlot(n)
  const record = findLease(root, ended.id)
  if (record === null) throw new Error('it is gone')
  let hasBegun = false
  const source = {
    record,
    get build() {
      if (!hasBegun) meanwhile()
      hasBegun = true
      return null
    },
    moment: readMoment(),
  }
  const place = `${scene().directory('seeding')}/0`
  const request = { root, self: aSelf(), lease, place, source, slot: ended.slot, origin: ORIGIN }
  return taken(lease, place, await inherit(request, runtime))
}

function taken(lease: Lease, place: string, filled: Filled | string): Lease | string {
  if (typeof filled === 'string') return filled
  renameSync(place, slotOf(lease))
  return lease
}

function must(lease: Lease | string): Lease {
  if (typeof lease === 'string') throw new Error(lease)
  return lease
}

const publish = async ({ id }: Lease): Promise<boolean> =>
  publishBuild({ root, job: JOB, self: aSelf(), id }, runtime)

const writeInto = (lease: Lease, file = RLIB): void =>
  writeFileSync(`${slotOf(lease)}/${file}`, 'rewritten in place', { flag: 'r+' })

/** As rustc and Cargo do it. */
function replace(tree: string, file = RLIB): void {
  writeFileSync(`${tree}/new`, 'built again')
  renameSync(`${tree}/new`, `${tree}/${file}`)
}

const paths = (shared: readonly LinkedFile[] | null): string[] =>
  (shared ?? []).map(({ path }) => path).toSorted((a, b) => (a < b ? -1 : 1))

const ALL = [RLIB, RMETA, 'debug/libone.rlib']

needs('no-reflink').describe('a build that shares files with a clone', () => {
  test('says so on both sides', async () => {
    const source = anEnded(1)
    const made = must(await clone(sourceOf(source), 2))
    expect([paths(sharedBy(source)), paths(sharedBy(made))]).toEqual([ALL, ALL])
  })

  test.each<[string, () => Promise<Lease | string>]>([
    ['cloned again', async () => clone(sourceOf(leaseOf(1)), 3)],
    ['inherited', async () => inheritFrom(leaseOf(1), 3)],
  ])('is not %s once somebody wrote into one of them', async (_, again) => {
    const source = anEnded(1)
    writeInto(must(await clone(sourceOf(source), 2)))
    expect(await again()).toContain(WROTE)
    expect(hybridRefusal(root)).not.toBeNull()
    expect(findLease(root, source.id)?.end).toBeNull()
  })

  test('shares no program any more once somebody wrote into one, and then nothing', async () => {
    const [first, second, third] = [1, 4, 7].map(withProgram) as [Lease, Lease, Lease]
    const made = must(await clone(sourceOf(first), 2))
    expect(paths(sharedBy(made))).toEqual([RLIB, RMETA, PROGRAM, 'debug/libone.rlib', FOUND])
    writeInto(made, FOUND)
    expect(await clone(sourceOf(first), 3)).toContain(WROTE)
    expect(said.at(-1)).toContain('clones of this root share no programs by hard link any more')
    expect([hybridRefusal(root, 'programs'), hybridRefusal(root)]).toEqual([
      expect.stringContaining('programs-off.json says which'),
      null,
    ])
    const other = must(await clone(sourceOf(second), 5))
    expect(paths(sharedBy(other))).toEqual(ALL)
    // A test’s program, which is shared all the same: now a linker may be at fault.
    const before = sharedBy(third) ?? []
    const { ino, size, mode } = lstatSync(`${slotOf(third)}/${PROGRAM}`)
    const known = { path: PROGRAM, inode: String(ino), bornNs: '', size, mode, mtimeNs: '1' }
    writeRecord(root, third.id, '.linked', JSON.stringify([...before, known]))
    expect(await clone(sourceOf(third), 8)).toContain(WROTE)
    expect(said.at(-1)).toContain('clones of this root share no files by hard link any more')
    expect(hybridRefusal(root)).not.toBeNull()
  })

  test('shares no program any more, and all else, however many find what was written into one', async () => {
    const [source, other] = [1, 5].map(withProgram) as [Lease, Lease]
    const [made, beside] = [
      must(await clone(sourceOf(source), 2)),
      must(await clone(sourceOf(source), 3)),
    ]
    writeInto(made, FOUND)
    await publish(end(made))
    expect(said.at(-1)).toMatch(`no snapshot: ${WROTE}`)
    expect(await inheritFrom(end(beside), 4)).toContain(WROTE)
    expect(await clone(sourceOf(source), 4)).toContain(WROTE)
    expect(hybridRefusal(root, 'programs')).not.toBeNull()
    expect(hybridRefusal(root)).toBeNull()
    expect(paths(sharedBy(must(await clone(sourceOf(other), 6))))).toEqual(ALL)
  })

  test.each<[string, () => Promise<Lease | string>]>([
    ['cloned', async () => clone(sourceOf(leaseOf(2)), 3)],
    ['inherited', async () => inheritFrom(leaseOf(2), 3)],
  ])('is not %s either once its source was written into', async (_, again) => {
    const source = anEnded(1)
    end(must(await clone(sourceOf(source), 2)))
    writeInto(source)
    expect(await again()).toContain(WROTE)
    expect(hybridRefusal(root)).not.toBeNull()
  })

  test('is found to be written into by the heir of its heir', async () => {
    const source = anEnded(1)
    const made = must(await clone(sourceOf(source), 2))
    const heir = end(must(await inheritFrom(source, 3)))
    expect(paths(sharedBy(heir))).toEqual(ALL)
    const next = end(must(await inheritFrom(heir, 4)))
    writeInto(made)
    expect(await clone(sourceOf(next), 5)).toContain(WROTE)
  })

  test('shares no more what its heir has built again', async () => {
    const source = anEnded(1)
    must(await clone(sourceOf(source), 2))
    const heir = must(await inheritFrom(source, 3))
    replace(slotOf(heir))
    rmSync(`${slotOf(heir)}/debug/libone.rlib`)
    const next = end(must(await inheritFrom(end(heir), 4)))
    expect(paths(sharedBy(next))).toEqual([RMETA])
    must(await clone(sourceOf(next), 5))
    expect(paths(sharedBy(next))).toEqual([RLIB, RMETA])
    expect(hybridRefusal(root)).toBeNull()
  })

  test('is cloned as it is after somebody built in it', async () => {
    const source = anEnded(1)
    must(await clone(sourceOf(source), 2))
    replace(slotOf(source))
    const again = must(await clone(sourceOf(source), 3))
    writeInto(again)
    expect(await clone(sourceOf(source), 4)).toContain(WROTE)
  })

  test.each<[string, (source: Lease) => void]>([
    [
      'a pass retires it',
      (source) => {
        renameSync(slotOf(source), `${scene().directory('trash')}/0`)
        dropLease(root, source.id, false)
      },
    ],
    [
      'a pass deletes it where it lies',
      (source) => {
        spoilEnd(root, source.id)
        rmSync(`${slotOf(source)}/${RMETA}`)
      },
    ],
    [
      'another one comes to lie there',
      (source) => {
        renameSync(slotOf(source), `${scene().directory('trash')}/0`)
        cargoTree(slotOf(source))
      },
    ],
  ])('is gone where %s while it is looked at', async (_, goes) => {
    const source = anEnded(1)
    must(await clone(sourceOf(source), 2))
    expect(await clone(sourceOf(source), 3, () => goes(source))).toBe('it is gone')
    expect(hybridRefusal(root)).toBeNull()
  })

  test.each([`${anId(1)}.linked`, `${anId(2)}.linked`, `${anId(2)}.inputs`])(
    'leaves nothing of itself where %s cannot be written',
    async (name) => {
      const source = anEnded(1)
      mkdirSync(leasePath(root, name))
      await expect(clone(sourceOf(source), 2)).rejects.toThrow('EISDIR')
      expect([readInputs(root, anId(2)), sharedBy(leaseOf(2))]).toEqual([null, []])
    },
  )
})

needs('no-reflink').describe('a build that is to be saved for other hosts', () => {
  test.each<[string, (lease: Lease, source: Lease) => void, string]>([
    ['somebody wrote into what it shares', (_, source) => writeInto(source), WROTE],
    [
      'it cannot tell what it shares',
      ({ id }) => writeRecord(root, id, '.linked', 'damaged'),
      'what it shares with others is not known any more',
    ],
  ])('is not where %s', async (_, spoil, why) => {
    const source = anEnded(1)
    const lease = must(await clone(sourceOf(source), 2))
    writeRecord(root, lease.id, '.build', encodeRecord(BUILD))
    spoil(lease, source)
    const remote = { maxBytes: 1, exclude: {} }
    const settings = { ...SETTINGS, remote } as Settings
    await saveBuild({ root, job: JOB, settings, lease }, runtime)
    expect(said.at(-1)).toMatch(`not saved to the cache: ${why}`)
  })
})

needs('no-reflink').describe('a snapshot of what shares files with a clone', () => {
  test('shares them', async () => {
    const source = anEnded(1)
    const made = must(await clone(sourceOf(source), 2))
    replace(slotOf(source), RMETA)
    await publish(source)
    expect(said).toContain('snapshot published')
    const [snapshot] = theSnapshot()
    must(await clone(snapshot, 3))
    writeInto(made)
    expect(await clone(snapshot, 4)).toContain(WROTE)
    expect(theSnapshot()).toEqual([])
  })

  test.each<[string, (source: Lease, made: Lease) => void, string]>([
    ['was written into', (_, made) => writeInto(made), WROTE],
    [
      'cannot tell what it shares',
      ({ id }) => writeRecord(root, id, '.linked', 'damaged'),
      'what it shares with others is not known any more',
    ],
  ])('is not made of a build that %s', async (_, spoil, why) => {
    const source = anEnded(1)
    spoil(source, must(await clone(sourceOf(source), 2)))
    await publish(source)
    expect(said.at(-1)).toMatch(`no snapshot: ${why}`)
    expect(listSnapshots(root)).toEqual([])
  })

  test('is not made while somebody clones it', async () => {
    const source = anEnded(1)
    await whileFileLocked(endedLeasePath(root, source.id), 'shared', async () => publish(source))
    expect(said.at(-1)).toBe('no snapshot: another job is at it')
    await publish(source)
    expect(said.at(-1)).toBe('snapshot published')
  })

  test('is not made where somebody else is faster', async () => {
    const source = anEnded(1)
    const publishing = publish(source)
    dropLease(root, source.id, false)
    await publishing
    expect(said).toEqual(['no snapshot: its slot is gone'])
  })

  test('is no seed once it is not what was published', async () => {
    await publish(anEnded(1))
    const [snapshot] = theSnapshot()
    must(await clone(snapshot, 2))
    const [stored] = listSnapshots(root)
    if (stored === undefined) throw new Error('there is no snapshot')
    replace(`${folderOf(root, stored.name)}/tree`)
    expect(await clone(snapshot, 3)).toBe(`it has changed since: ${RLIB}`)
    expect(hybridRefusal(root)).toBeNull()
  })
})

test('a build that somebody has begun to delete where it lies is not inherited', async () => {
  const source = anEnded(1)
  // Without a lock, as where flock(1) is missing.
  const begins = (): void => spoilEnd(root, source.id)
  expect(await inheritFrom(source, 2, begins)).toMatch(/^it is gone/)
  expect(existsSync(slotOf(source))).toBe(true)
})

test('a build that somebody begins to delete as it is moved is not inherited', async () => {
  const source = anEnded(1)
  const record = findLease(root, source.id)
  if (record === null) throw new Error('it is gone')
  const lease = {
    ...aSlot(2),
    get id() {
      // Asked for again after it was noted, when the end of the source has been seen.
      if (existsSync(leasePath(root, `${anId(2)}.seed`))) spoilEnd(root, source.id)
      return anId(2)
    },
  }
  const place = `${scene().directory('seeding')}/0`
  const known = { record, build: null, moment: readMoment() }
  const request = { root, self: aSelf(), lease, place, source: known, slot: source.slot }
  expect(await inherit({ ...request, origin: ORIGIN }, runtime)).toMatch(/^it is gone/)
  expect([existsSync(place), readInputs(root, anId(2))]).toEqual([true, null])
})

/** A path that leads to an ended slot, and the source that this is. */
function withFormerPath(n: number): { former: string; source: Lease; known: SeedSource } {
  const former = leaseOf(9).slot
  const source = anEnded(n)
  mkdirSync(dirname(`${root.path}/${former}`), { recursive: true })
  linkFormerPath(root, former, source.slot)
  const record = findLease(root, source.id)
  if (record === null) throw new Error('it is gone')
  const build = { ...BUILD, former: [former] }
  return { former, source, known: { record, build, moment: readMoment() } }
}

test('what leads to a slot leads to its heir before it goes: no pass finds a link to nothing', async () => {
  const { former, source, known } = withFormerPath(1)
  const seen: unknown[] = []
  const lease = {
    ...aSlot(2),
    // Asked for when the slot has just gone.
    get madeBy() {
      seen.push(existsSync(slotOf(source)), heirOf(root, former))
      return 'step' as const
    },
  }
  const place = `${scene().directory('seeding')}/0`
  const request = { root, self: aSelf(), lease, place, source: known, slot: source.slot }
  const filled = await inherit({ ...request, origin: ORIGIN }, runtime)
  expect(filled).toMatchObject({ formerTargets: [], record: { former: [source.slot, former] } })
  expect(seen).toEqual([false, lease.slot])
})

test('what leads to a slot leads there still where that comes to nothing', async () => {
  const { former, source, known } = withFormerPath(1)
  const place = `${scene().directory('seeding')}/0`
  mkdirSync(`${place}/full`, { recursive: true })
  const request = { root, self: aSelf(), lease: aSlot(2), place, source: known, slot: source.slot }
  await expect(inherit({ ...request, origin: ORIGIN }, runtime)).rejects.toThrow('ENOTEMPTY')
  expect(heirOf(root, former)).toBe(source.slot)
  expect(existsSync(`${slotOf(source)}/${RLIB}`)).toBe(true)
})

test('a build that somebody has begun to delete where it lies is not published', async () => {
  const source = anEnded(1)
  spoilEnd(root, source.id)
  await publish(source)
  expect(said).toEqual(['no snapshot: how its job ended is not noted'])
  expect(existsSync(slotOf(source))).toBe(true)
})

test.each<[string, (slot: string, path: string) => void]>([
  ['is moved away', (slot, path) => renameSync(slot, path)],
  [
    'becomes a link',
    (slot, path) => {
      renameSync(slot, path)
      symlinkSync(path, slot)
    },
  ],
])('a build that %s while it is inherited keeps what was recorded of it', async (_, goes) => {
  const source = anEnded(1)
  const path = `${scene().directory('trash')}/0`
  expect(await inheritFrom(source, 2, () => goes(slotOf(source), path))).toMatch(/^it is gone/)
  expect(readFileSync(leasePath(root, `${source.id}.inputs`), 'utf8')).toBe('inputs 1')
  expect(existsSync(leasePath(root, `${anId(2)}.inputs`))).toBe(false)
})
