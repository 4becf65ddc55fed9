import type { Work } from './work'
import { useMutation } from '@tanstack/react-query'

/** Has submissions back in hand: a chosen one, or, as the undo of a whole task, the last one. `error` is why it failed. */
export function useTakeBack(work: Work) {
  const { mutate, mutateAsync, isPending, error, reset } = useMutation({ mutationFn: (assignment: number) => work.takeBack(assignment) })
  return {
    error,
    dismiss: reset,
    takeBack: mutateAsync,
    undoSubmit() {
      const last = work.lastHandedIn()
      if (last !== null && !isPending) mutate(last)
    },
  }
}

export type TakeBack = ReturnType<typeof useTakeBack>
