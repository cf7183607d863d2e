/** What a call throws; null where it throws nothing. */
export function caught(work: () => unknown): unknown {
  try {
    work()
    return null
  } catch (error) {
    return error
  }
}

/** What a promise is rejected with; null where it is not. */
export async function caughtAsync(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
    return null
  } catch (error) {
    return error
  }
}
