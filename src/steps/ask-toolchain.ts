import { askedIn } from '../plan/build-record.ts'
import type { Origin, SeedWish } from '../plan/seed.ts'
import { digestChoice } from '../host/toolchain-choice.ts'
import { readToolchain } from '../host/toolchain.ts'

type Asked = Pick<SeedWish, 'toolchain' | 'choice'>

/** What a record holds of it. */
export function askedOf({ toolchain, choice }: Asked): ReturnType<typeof askedIn> {
  return askedIn({ asked: toolchain, choice })
}

/**
 * Which toolchain this is: what rustc said when one of the builds on offer was seeded, where all that
 * chooses it is the same; else rustc is asked. An error here costs warmth alone, for Cargo asks itself.
 */
export async function askToolchain(
  { workspace }: Pick<SeedWish, 'workspace'>,
  fit: readonly Origin[],
  environment: NodeJS.ProcessEnv,
): Promise<Asked> {
  const choice = workspace === null ? null : digestChoice(workspace, environment)
  const known = fit.find((each) => choice !== null && each.choice === choice)
  return { toolchain: known?.asked ?? (await readToolchain(workspace)), choice }
}
