import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../../../scripts/make-test-image.sh', import.meta.url))

/** Name of the image that `testImage` makes: the host's static busybox and nothing else. */
export const TEST_IMAGE = 'target-guard-test:busybox'

/** Makes the image unless it is there; returns its name. Throws without docker or busybox. */
export function testImage(): string {
  execFileSync('bash', [script, TEST_IMAGE], { stdio: ['ignore', 'ignore', 'inherit'] })
  return TEST_IMAGE
}

/**
 * Read-only volumes and the PATH with which the host's own programs run in a container of that image:
 * bash, cc, and with them node, whose C library the image lacks, and cargo.
 */
export function hostPrograms(): { volumes: string[]; env: Record<string, string> } {
  const home = homedir()
  const cargo = process.env['CARGO_HOME'] ?? path.join(home, '.cargo')
  const rustup = process.env['RUSTUP_HOME'] ?? path.join(home, '.rustup')
  const readable = ['/usr', '/lib', '/lib64', '/etc/alternatives', '/etc/ssl', rustup]
  return {
    volumes: [
      ...readable.filter((each) => existsSync(each)).map((each) => `${each}:${each}:ro`),
      ...(existsSync(cargo) ? [`${cargo}:${cargo}`] : []),
    ],
    env: {
      PATH: `${cargo}/bin:/usr/local/bin:/usr/bin:/usr/sbin:/bin`,
      CARGO_HOME: cargo,
      RUSTUP_HOME: rustup,
    },
  }
}
