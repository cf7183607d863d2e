import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import type { Settings } from '../../src/plan/settings.ts'
import { controlName } from '../../src/host/root.ts'
import { freshName } from '../../src/host/trash.ts'
import { emptyTrash } from '../../src/steps/reap.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { publishNth } from '../helpers/published.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const SETTINGS = { snapshotMaxBytes: 0, privilegedHelper: 'none' } as Settings

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
