import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import type { Settings } from '../../src/plan/settings.ts'
import { controlName } from '../../src/host/root.ts'
import { addLine } from '../../src/host/history.ts'
import { freshName } from '../../src/host/trash.ts'
import { emptyTrash } from '../../src/steps/reap.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLine } from '../helpers/history.ts'
import { publishNth, republish } from '../helpers/published.ts'
import { aRoot } from '../helpers/root.ts'
import { speech } from '../helpers/speech.ts'

const scene = useScene()
const RUNTIME = { environment: {}, script: '', voice: speech().voice }
const SETTINGS = { snapshotMaxBytes: 0, privilegedHelper: 'none' } as Settings

needs('root').describe('a reaper', () => {
  test('empties the trash and evicts the rest where one snapshot cannot go', async () => {
    const root = aRoot(scene())
    const [stuck, other] = [publishNth(root, 1), publishNth(root, 2)]
    // What is mounted cannot be renamed, whoever asks.
    await scene().must('mount', ['--bind', stuck, stuck])
    mkdirSync(controlName(root, 'trash', freshName()))
    const { busy, deleted } = await emptyTrash(root, SETTINGS, RUNTIME)
    expect(busy).toMatchObject([
      { id: expect.stringMatching(/^snapshots\//), why: expect.stringContaining('EBUSY') },
    ])
    expect(deleted).toHaveLength(2)
    expect([existsSync(stuck), existsSync(other)]).toEqual([true, false])
  })

  test('empties the trash where the snapshots cannot be read', async () => {
    const root = aRoot(scene())
    const file = openSync(`${scene().directory()}/file`, 'w')
    scene().defer(() => closeSync(file))
    mkdirSync(controlName(root, 'trash', freshName()))
    const broken = { ...root, folders: { ...root.folders, seeding: file } }
    const { busy, deleted } = await emptyTrash(broken, SETTINGS, RUNTIME)
    expect(busy).toMatchObject([{ id: 'snapshots' }])
    expect(deleted).toHaveLength(1)
  })

  test('finds folders of the owner where root has published in their root', () => {
    const owner = { uid: 1234, gid: 4321 }
    const root = { ...aRoot(scene()), ...owner }
    const snapshot = publishNth(root, 1)
    expect(lstatSync(snapshot)).toMatchObject(owner)
    expect(lstatSync(`${snapshot}/..`)).toMatchObject(owner)
    expect(readdirSync(snapshot)).toContain('tree')
  })
})

describe('the metrics', () => {
  test('count what a reaper has deleted, and leave the disks as they were', async () => {
    const root = aRoot(scene())
    const disk = 'target_guard_disk_free_bytes{role="root",mount="/"} 7'
    const others = disk.replace('free', 'size')
    writeFileSync(controlName(root, 'metrics.prom'), `${disk}\n${others}\n`)
    // A job that was told, one that was killed, and the snapshot before the last.
    addLine(root, { ...aLine(), bytes: 1_000_000 })
    const killed = controlName(root, 'trash', freshName())
    for (const path of [controlName(root, 'trash', aLine().id), killed]) mkdirSync(path)
    writeFileSync(`${killed}/large`, Buffer.alloc(2_097_152, 7))
    publishNth(root, 3, 40_000_000)
    republish(root, 3, 4)
    const { deletedBytes } = await emptyTrash(
      root,
      { ...SETTINGS, snapshotMaxBytes: 1e12 },
      RUNTIME,
    )
    const blocks = deletedBytes - 41_000_000
    expect(blocks).toBeGreaterThanOrEqual(2_097_152)
    expect(blocks).toBeLessThan(2_200_000)
    const text = readFileSync(controlName(root, 'metrics.prom'), 'utf8')
    expect(text).toContain(`\ntarget_guard_reclaimed_bytes_total ${deletedBytes}\n`)
    expect(text).toContain(`\n${disk}\n`)
  })
})
