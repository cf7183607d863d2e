import { expect, test } from '@jest/globals'
import { fetchDependencies } from '../fixtures/cargo-project.ts'
import { pathsProject } from '../fixtures/paths-project.ts'
import { needs } from './capabilities.ts'
import { withHostPrograms } from './containers.ts'
import { GuardedHost } from './guard.ts'
import { pullRequest } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

const COMMIT = `
  git init --quiet && git add --all
  git -c user.name=t -c user.email=t@example.com commit --quiet --message first`

/** As examples/docker-steps.yml mounts them: whatever runner and slot, the build sees these paths. */
const MOUNTS = `--volume="$PWD:/workspace/source" --volume="$CARGO_TARGET_DIR:/workspace/target" \\
  --env=CARGO_TARGET_DIR=/workspace/target --workdir=/workspace/source`

const CONSTANT = { 'target-path': '/workspace/target', 'workspace-path': '/workspace/source' }

needs('cargo', 'docker', 'root').describe('builds in containers, at constant paths', () => {
  test('inherited from another runner’s workspace, nothing at all is compiled', async () => {
    const host = new GuardedHost(scene())
    const project = pathsProject(scene().directory('repository'))
    fetchDependencies(project)
    await scene().must('bash', ['-c', COMMIT], { cwd: project.directory })
    const build = async (name: string, runId: string, edit = ':'): Promise<JobResult> => {
      const checkout = `rm -rf ./* .git; git clone --quiet ${project.directory} .; ${edit}`
      const docker = `docker run --rm --network=none ${MOUNTS} ${withHostPrograms().join(' ')}`
      const result = await Runner.install(scene(), { name })
        .start()
        .job({
          event: pullRequest({ number: 7 }),
          runId,
          steps: [
            { name: 'checkout', run: checkout },
            host.step({ id: 'guard', with: CONSTANT }),
            { name: 'build', run: `${docker} cargo build --offline --workspace --all-targets` },
          ],
        }).result
      if (result.conclusion !== 'success') throw new Error(String(result))
      return result
    }
    const first = await build('one', '1')
    expect(first.step('guard').outputs['seed']).toBe('cold')
    expect(first.step('build').stderr).toContain('Compiling serde')

    const second = await build('two', '2')
    expect(second.step('guard').outputs['seed']).toBe('inherit')
    expect(second.step('build').stderr).not.toContain('Compiling')

    const edit = 'echo "fn more() {}" >> app/src/main.rs'
    const third = await build('one', '3', edit)
    expect(third.step('guard').outputs['seed']).toBe('inherit')
    expect(third.step('build').stderr).toContain('Compiling app')
    expect(third.step('build').stderr).not.toContain('Compiling serde')
  })
})
