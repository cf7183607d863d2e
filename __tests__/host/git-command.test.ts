import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { askGit, ownerOf } from '../../src/host/git-command.ts'
import { readProcess } from '../../src/host/processes.ts'
import { GitRepository } from '../fixtures/git-repository.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'

const scene = useScene()

test('git that takes too long ends with all that it has started, and may tidy up', async () => {
  const { main, folder } = await GitRepository.make(scene())
  const gitDirectory = path.join(main, '.git')
  const as = ownerOf([main, gitDirectory])
  if (typeof as === 'string') throw new Error(as)
  const file = path.join(folder, 'pids')
  const tidied = path.join(folder, 'tidied')
  const program = `!trap 'echo tidied >${tidied}; exit 1' TERM; sleep 600 & echo $! >${file}; wait`
  const words = ['-c', `alias.wait=${program}`, 'wait']
  const asked = askGit({ gitDirectory, workTree: null, as }, words, {
    waitMs: 500,
    endsGroup: true,
  })
  await expect(asked).rejects.toThrow('git: ')
  const pid = Number(readFileSync(file, 'utf8'))
  await waitFor(() => {
    const found = readProcess(pid)
    return typeof found === 'string' || found.state === 'Z'
  })
  await waitFor(() => readFileSync(tidied, 'utf8') === 'tidied\n')
})
