import { expect, test } from '@jest/globals'
import type { Settings } from '../../src/plan/settings.ts'
import { describeHolders } from '../../src/steps/refuse.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aRoot } from '../helpers/root.ts'
import { aSelf } from '../helpers/self.ts'
import { speech } from '../helpers/speech.ts'

const scene = useScene()

test('holders that cannot be told are none, and a job is turned away all the same', async () => {
  const root = aRoot(scene())
  const broken = { ...root, folders: { ...root.folders, leases: -1 } }
  const { said, voice } = speech()
  const runtime = { environment: {}, script: '', voice }
  expect(await describeHolders(broken, aSelf(), {} as Settings, runtime)).toEqual([])
  expect(said).toEqual([expect.stringContaining('Who holds the disk cannot be told')])
})
