import { MouseSensor, TouchSensor, useSensor, useSensors, type DndContextProps, type UniqueIdentifier } from '@dnd-kit/core'
import { useTranslation } from 'react-i18next'

/** By pointer alone. Keys carry a chip themselves: useCarry says why. */
export function useDragSensors() {
  return useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 120, tolerance: 8 } }),
  )
}

/** What is said of a chip on its way, by pointer or by keys; a target is named by its key. */
export function useDragWords(letter: (id: number) => string) {
  const { t } = useTranslation()
  const named = (key: string) => {
    const [kind, index] = key.split('-')
    return t(`task.drag.target.${kind}`, { place: Number(index) + 1 })
  }
  return {
    start: (id: number) => t('task.drag.start', { letter: letter(id) }),
    over: (id: number, target: string) => t('task.drag.over', { letter: letter(id), target: named(target) }),
    end: (id: number, target: string) => t('task.drag.end', { letter: letter(id), target: named(target) }),
    cancel: (id: number) => t('task.drag.cancel', { letter: letter(id) }),
  }
}

type Over = { id: UniqueIdentifier } | null

/** What a screen reader says while a chip is dragged by pointer, and how a chip is carried by keys. */
export function useDragTexts(letter: (id: number) => string): DndContextProps['accessibility'] {
  const { t } = useTranslation()
  const words = useDragWords(letter)
  const onTarget = (say: typeof words.over, id: UniqueIdentifier, over: Over) =>
    over ? say(Number(id), String(over.id)) : undefined
  return {
    screenReaderInstructions: { draggable: t('task.drag.instructions') },
    announcements: {
      onDragStart: ({ active }) => words.start(Number(active.id)),
      onDragOver: ({ active, over }) => onTarget(words.over, active.id, over),
      onDragEnd: ({ active, over }) => onTarget(words.end, active.id, over),
      onDragCancel: ({ active }) => words.cancel(Number(active.id)),
    },
  }
}
