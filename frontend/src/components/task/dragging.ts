import {
  closestCenter,
  KeyboardCode,
  KeyboardSensor,
  MouseSensor,
  pointerWithin,
  TouchSensor,
  useSensor,
  useSensors,
  type CollisionDetection,
  type DndContextProps,
  type KeyboardCoordinateGetter,
  type UniqueIdentifier,
} from '@dnd-kit/core'
import { useTranslation } from 'react-i18next'

/** The pointer must be on a target, so that a chip let go elsewhere returns; by keyboard the nearest target counts. */
export const collision: CollisionDetection = (args) =>
  args.pointerCoordinates ? pointerWithin(args) : closestCenter(args)

interface Point {
  x: number
  y: number
}

function centre({ left, top, width, height }: { left: number; top: number; width: number; height: number }): Point {
  return { x: left + width / 2, y: top + height / 2 }
}

/** Arrow keys take the chip from target to target, in reading order. */
const toNextTarget: KeyboardCoordinateGetter = (event, { context: { droppableRects, collisionRect } }) => {
  const forward = event.code === KeyboardCode.Right || event.code === KeyboardCode.Down
  const back = event.code === KeyboardCode.Left || event.code === KeyboardCode.Up
  if (!collisionRect || (!forward && !back)) return undefined
  event.preventDefault()
  const here = centre(collisionRect)
  const targets = [...droppableRects.values()].map(centre).sort((a, b) => a.x - b.x)
  const next = forward ? targets.find(({ x }) => x > here.x + 1) : targets.findLast(({ x }) => x < here.x - 1)
  return next && { x: next.x - collisionRect.width / 2, y: next.y - collisionRect.height / 2 }
}

export function useDragSensors() {
  return useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 120, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: toNextTarget }),
  )
}

/** What a screen reader says while a chip is dragged. */
export function useDragTexts(letter: (id: number) => string): DndContextProps['accessibility'] {
  const { t } = useTranslation()
  const name = (id: UniqueIdentifier) => letter(Number(id))
  const target = (id: UniqueIdentifier) => {
    const [kind, index] = String(id).split('-')
    return t(`task.drag.target.${kind}`, { place: Number(index) + 1 })
  }
  return {
    screenReaderInstructions: { draggable: t('task.drag.instructions') },
    announcements: {
      onDragStart: ({ active }) => t('task.drag.start', { letter: name(active.id) }),
      onDragOver: ({ active, over }) =>
        over ? t('task.drag.over', { letter: name(active.id), target: target(over.id) }) : undefined,
      onDragEnd: ({ active, over }) =>
        over ? t('task.drag.end', { letter: name(active.id), target: target(over.id) }) : undefined,
      onDragCancel: ({ active }) => t('task.drag.cancel', { letter: name(active.id) }),
    },
  }
}
