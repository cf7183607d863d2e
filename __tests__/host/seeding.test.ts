import { mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { isDiverted } from '../../src/host/folders.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { fillForTrash, whileSeedingIsKept } from '../../src/host/seeding.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caught } from '../helpers/caught.ts'
import { anId } from '../helpers/lease.ts'
import { republish } from '../helpers/published.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()

/** Puts a link to a folder outside where that lease’s folder is, or would be. */
function plant(root: Root, id: string): string {
  const outside = scene().directory('outside')
  symlinkSync(outside, controlName(root, 'seeding', id))
  return outside
}

test('no snapshot is put together where a link leads', () => {
  const root = aRoot(scene())
  const outside = plant(root, anId(1))
  expect(isDiverted(caught(() => republish(root, 1, 1)))).toBe(true)
  expect(readdirSync(outside)).toEqual([])
})

test.each([
  ['kept', whileSeedingIsKept],
  [
    'filled for the trash',
    async (root: Root, id: string, work: (path: string) => Promise<void>) =>
      fillForTrash(root, id, (path) => void work(path)),
  ],
])(
  'what is being %s goes into the folder that was made, whatever lies there now',
  async (_, begin) => {
    const root = aRoot(scene())
    const id = anId(1)
    const place = controlName(root, 'seeding', id)
    const was = `${scene().directory('was')}/folder`
    let outside = ''
    await begin(root, id, async (path) => {
      renameSync(place, was)
      outside = plant(root, id)
      mkdirSync(`${path}/aside`)
      writeFileSync(`${path}/file`, '')
    })
    expect(readdirSync(was)).toEqual(['aside', 'file'])
    expect(readdirSync(outside)).toEqual([])
  },
)
