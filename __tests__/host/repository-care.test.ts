import { readdirSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import type { Assessment, Level } from '../../src/plan/pressure.ts'
import { careFor } from '../../src/host/repository-care.ts'
import { useScene } from '../e2e/use-scene.ts'
import { GitRepository } from '../fixtures/git-repository.ts'

const scene = useScene()

/** A disk of a GB with so much free. */
function aDisk(freeBytes: number, level: Level = 'ok'): Assessment {
  const bytes = { freeBytes, totalBytes: 1e9, freeInodes: null, totalInodes: null }
  return {
    reading: { path: '/', device: '8:1', places: [], holdsRoot: true, ...bytes },
    level,
    why: 'so full',
  }
}

test('a repository is packed only on a disk that surely has room for it', async () => {
  const { main } = await GitRepository.make(scene())
  const gitDirectory = path.join(main, '.git')
  const as = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const care = async (disk: Assessment | undefined): Promise<string[]> =>
    careFor({ gitDirectory, workTree: null, as }, disk)
  const packs = (): string[] =>
    readdirSync(path.join(gitDirectory, 'objects/pack')).filter((name) => name.endsWith('.pack'))
  const leftOut = `git gc was left out in ${gitDirectory}: `
  expect(await care(undefined)).toEqual([`${leftOut}the space on its disk is not known`])
  expect(await care(aDisk(5e8, 'low'))).toEqual([`${leftOut}its disk is low: so full`])
  expect(await care(aDisk(100))).toEqual([`${leftOut}its disk has no room for a second copy`])
  expect(packs()).toEqual([])
  expect(await care(aDisk(5e8))).toEqual([])
  expect(packs()).toHaveLength(1)
})
