import { mkdirSync, renameSync, symlinkSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { writeProject } from '../fixtures/cargo-project.ts'
import { needs } from './capabilities.ts'
import { GuardedHost } from './guard.ts'
import { pullRequest } from './runner/events.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

const READS = `#[test]
fn reads() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixture.txt");
    println!("read {}", std::fs::read_to_string(path).unwrap());
}
`
const COMMIT = `
  cargo generate-lockfile --offline
  git init --quiet && git add --all
  git -c user.name=t -c user.email=t@example.com commit --quiet --message first`

/** A runner whose work folder is on another disk, as far as its paths tell. */
function linkedRunner(): Runner {
  const runner = Runner.install(scene(), { name: 'linked' })
  const { work } = runner.installation
  const disk = scene().directory('disk')
  mkdirSync(disk, { recursive: true })
  renameSync(work, path.join(disk, '_work'))
  symlinkSync(path.join(disk, '_work'), work)
  return runner.start()
}

needs('root', 'cargo').describe('a workspace that is reached by a link', () => {
  test('is not looked into by what another runner inherits', async () => {
    const repository = scene().directory('repository')
    const manifest = '[package]\nname = "reader"\nversion = "0.1.0"\nedition = "2021"\n'
    const files = { 'Cargo.toml': manifest, 'src/lib.rs': '', 'tests/reads.rs': READS }
    writeProject(repository, { ...files, 'fixture.txt': 'committed' })
    await scene().must('bash', ['-c', COMMIT], { cwd: repository })
    const host = new GuardedHost(scene())
    const read = async (runner: Runner, runId: string): Promise<string[]> => {
      const name = runner === linked ? 'linked' : 'other'
      const checkout = `git clone --quiet ${repository} . && printf ${name} > fixture.txt`
      const run = 'cargo test --quiet --offline -- --show-output'
      const steps = [
        { name: 'checkout', run: checkout },
        host.step({ id: 'guard' }),
        { name: 'test', run },
      ]
      const result = await runner.job({ event: pullRequest(), runId, steps }).result
      if (result.conclusion !== 'success') throw new Error(String(result))
      const [shown = ''] = /^read .*$/m.exec(result.step('test').stdout) ?? []
      return [result.step('guard').outputs['seed'] ?? '', shown]
    }
    const linked = linkedRunner()
    const other = Runner.install(scene(), { name: 'other' }).start()
    expect(await read(linked, '101')).toEqual(['cold', 'read linked'])
    expect(await read(other, '102')).toEqual(['inherit', 'read other'])
  })
})
