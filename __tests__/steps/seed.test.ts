import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { encodeBuildInputs } from '../../src/plan/build-inputs.ts'
import { encodeRecord } from '../../src/plan/build-record.ts'
import type { SeedRecord } from '../../src/plan/build-record.ts'
import type { Settings } from '../../src/plan/settings.ts'
import { linkFormerPath } from '../../src/host/former-paths.ts'
import {
  readInputs,
  readLinked,
  readSeedRecord,
  writeRecord,
} from '../../src/host/lease-companions.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { withSeeding } from '../../src/host/seeding.ts'
import { seed } from '../../src/steps/seed.ts'
import type { Seeded } from '../../src/steps/seed.ts'
import { checkOut, inputsOf, looksUnchanged, workspaceOf } from '../e2e/driven/builds.ts'
import { useScene } from '../e2e/use-scene.ts'
import { cargoTree } from '../helpers/cargo-tree.ts'
import { aJob, aLease, anId, anOwner } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'
import { aSelf } from '../helpers/self.ts'

const scene = useScene()
const SILENT = { info: () => {}, notice: () => {}, warning: () => {}, error: () => {} }
const FORMER = aLease({ id: anId(2) }).slot
const HANDED_DOWN: SeedRecord = {
  version: 1,
  kind: 'inherit',
  source: anId(2),
  ageHours: 1,
  generation: 1,
  former: [FORMER],
  environment: '',
  unused: null,
}

let root: Root
let stage: { base: string }
let slot: string
const lease = aLease({ madeBy: 'hook' })

/** A hook has noted a seed for the slot, which is empty yet, and the checkout is there now. */
beforeEach(() => {
  root = aRoot(scene())
  stage = { base: scene().directory('base') }
  checkOut(stage)
  slot = `${root.path}/${lease.slot}`
  mkdirSync(slot, { recursive: true })
  writeRecord(root, lease.id, '.seed', encodeRecord(HANDED_DOWN))
  writeRecord(root, lease.id, '.inputs', encodeBuildInputs(inputsOf(stage)))
})

/** The seed itself: without Cargo's locks, for nothing has been built in it. */
function putSeed(): void {
  cargoTree(slot)
  rmSync(`${slot}/debug/.cargo-lock`)
}

async function seedSlot(settings: Partial<Settings> = {}): Promise<Seeded> {
  const defaults = { warm: 'auto', dryRun: false, remote: { mode: 'off' } } as const
  const request = {
    root,
    job: aJob(),
    owner: anOwner(),
    self: aSelf(),
    settings: { ...defaults, ...settings } as Settings,
    lease,
    restoresMtimes: true,
  }
  const environment = { GITHUB_WORKSPACE: workspaceOf(stage), PATH: process.env['PATH'] }
  return seed(request, { environment, script: '', voice: SILENT })
}

describe('the seed of a hook', () => {
  test('gets its times when the checkout is there', async () => {
    putSeed()
    const seeded = await seedSlot()
    expect(seeded).toMatchObject({
      record: { kind: 'inherit' },
      why: 'seeded by the runner’s hook',
    })
    expect(looksUnchanged(stage)).toBe(false)
  })

  test.each<[string, Partial<Settings>, string]>([
    ['a dry run', { dryRun: true }, 'dry-run is on'],
    ['a step that wants none', { warm: 'off' }, 'warm is off, which the hook was not told'],
  ])('stays without them in %s', async (_, settings, why) => {
    putSeed()
    const seeded = await seedSlot(settings)
    expect(seeded.record.kind).toBe('inherit')
    expect(seeded.why).toContain(why)
    expect(looksUnchanged(stage)).toBe(true)
  })

  test('is none where it was noted and never came, and nothing of it stays', async () => {
    linkFormerPath(root, FORMER, lease.slot)
    writeRecord(root, lease.id, '.linked', 'damaged')
    expect(await seedSlot()).toMatchObject({ record: { kind: 'cold' } })
    expect(readSeedRecord(root, lease.id).kind).toBe('cold')
    expect(readInputs(root, lease.id)).toBeNull()
    expect(readLinked(root, lease.id)).toEqual([])
    expect(readdirSync(`${slot}/..`)).toEqual([lease.slot.split('/').at(-1)])
  })
})

test('a seeding finds nothing of one that was killed before it', async () => {
  mkdirSync(controlName(root, 'seeding', lease.id, '0'), { recursive: true })
  writeFileSync(controlName(root, 'seeding', lease.id, '0', 'half'), '')
  const found = await withSeeding(root, lease.id, async (folder) => readdirSync(folder))
  expect(found).toEqual([])
  expect(readdirSync(controlName(root, 'seeding'))).toEqual([])
})
