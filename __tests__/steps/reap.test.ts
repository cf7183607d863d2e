import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import type { Settings } from '../../src/plan/settings.ts'
import { snapshotName } from '../../src/plan/snapshot.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { folderOf, noteBytes, publish } from '../../src/host/snapshots.ts'
import { freshName } from '../../src/host/trash.ts'
import { emptyTrash } from '../../src/steps/reap.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aJob, aLease, anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const SETTINGS = { snapshotMaxBytes: 0, privilegedHelper: 'none' } as Settings

/** Publishes a build of the nth job, measured; the path of its folder. */
function publishNth(root: Root, n: number): string {
  const job = aJob({ job: `job-${n}` })
  const { id, slot } = aLease({ id: anId(n), job })
  mkdirSync(`${root.path}/${slot}`, { recursive: true })
  const build = { toolchain: null, workspace: '/work', runnerKey: '', inputs: true, times: '' }
  const told = { generation: 0, former: [slot], unused: {}, publishedMs: n, revision: '' }
  const of = { version: 1, id, job: job.job, leg: '', environment: '' } as const
  const name = snapshotName(job, null, '')
  publish(root, slot, name, { ...of, ...build, ...told }, { inputs: null, linked: [] })
  noteBytes(root, name, 1000)
  return folderOf(root, name)
}

needs('root').describe('a reaper', () => {
  test('empties the trash and evicts the rest where one snapshot cannot go', async () => {
    const root = aRoot(scene())
    const [stuck, other] = [publishNth(root, 1), publishNth(root, 2)]
    // What is mounted cannot be renamed, whoever asks.
    await scene().must('mount', ['--bind', stuck, stuck])
    mkdirSync(controlName(root, 'trash', freshName()))
    const { busy, deleted } = await emptyTrash(root, SETTINGS)
    expect(busy).toMatchObject([
      { id: expect.stringMatching(/^snapshots\//), why: expect.stringContaining('EBUSY') },
    ])
    expect(deleted).toHaveLength(2)
    expect([existsSync(stuck), existsSync(other)]).toEqual([true, false])
  })

  test('empties the trash where the snapshots cannot be read', async () => {
    const root = aRoot(scene())
    const seeding = controlName(root, 'seeding')
    await scene().must('rmdir', [seeding])
    writeFileSync(seeding, '')
    mkdirSync(controlName(root, 'trash', freshName()))
    const { busy, deleted } = await emptyTrash(root, SETTINGS)
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
