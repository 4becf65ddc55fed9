import { LetterBadge } from '@/components/LetterBadge'
import { arrangement, contradictions, scoreOf, unplaced } from '@/lib/ordering'
import { DndContext, useDraggable, useDroppable } from '@dnd-kit/core'
import { Fragment, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { collision, useDragSensors, useDragTexts } from './dragging'
import { dropped, type Target } from './drop'
import { Settle } from './Settle'
import type { Task } from './useTask'
import panels from './panels.module.css'
import styles from './task.module.css'

const SIGN = { above: '>', open: '?' } as const

/** The order so far as chips to drag, and below it the one thing to settle next. */
export function OrderBar({ task }: { task: Task }) {
  const { t } = useTranslation()
  const { ordering } = task
  const slots = arrangement(ordering)
  const tray = unplaced(ordering)
  const disputed = new Set(contradictions(ordering).flatMap((one) => [one.higherScored, one.lowerScored]))
  const chip = (id: number) => <Chip key={id} id={id} task={task} disputed={disputed.has(id)} />
  return (
    <DndContext
      sensors={useDragSensors()}
      collisionDetection={collision}
      accessibility={useDragTexts(task.letter)}
      onDragEnd={({ active, over }) => {
        const target = over?.data.current as Target | undefined
        if (target) task.setOrdering(dropped(ordering, Number(active.id), target))
      }}
    >
      <div className={styles.orderBar}>
        <strong>{t('task.order.label')}</strong>
        <div className={styles.order} data-testid="order" data-order={task.text()}>
          <Gap index={0}>{slots.length === 0 && <span className={styles.quiet}>{t('task.order.empty')}</span>}</Gap>
          {slots.map(({ responses, next }, index) => (
            <Fragment key={responses.join()}>
              <SlotZone index={index}>
                {responses.map((id, position) => (
                  <Fragment key={id}>
                    {position > 0 && <span className={styles.sign}>=</span>}
                    {chip(id)}
                  </Fragment>
                ))}
              </SlotZone>
              <Gap index={index + 1}>{next && SIGN[next]}</Gap>
            </Fragment>
          ))}
        </div>
        {tray.length > 0 && <Tray>{tray.map(chip)}</Tray>}
        {task.noneAcceptable && (
          <span className={panels.noneMark} data-testid="none-acceptable">
            ⊘ {t('task.none.label')}
          </span>
        )}
        <Settle task={task} />
      </div>
    </DndContext>
  )
}

function Chip({ id, task, disputed }: { id: number; task: Task; disputed: boolean }) {
  const { t } = useTranslation()
  const index = task.ordering.responses.indexOf(id)
  const score = scoreOf(task.ordering, id)
  const { setNodeRef, listeners, attributes, transform, isDragging } = useDraggable({
    id,
    attributes: { roleDescription: t('task.drag.role') },
  })
  return (
    <span
      ref={setNodeRef}
      {...listeners}
      {...attributes}
      className={styles.chip}
      data-dragging={isDragging || undefined}
      data-disputed={disputed || undefined}
      style={transform ? { transform: `translate(${transform.x}px, ${transform.y}px)` } : undefined}
      onMouseEnter={() => task.reveal(index)}
      onFocus={() => task.reveal(index)}
      data-testid={`chip-${task.letter(id)}`}
    >
      <span className="visually-hidden">
        {t(score === null ? 'task.drag.unscored' : 'task.drag.scored', { letter: task.letter(id), score })}
      </span>
      <span className={styles.chipFace} aria-hidden>
        {disputed && '⚠ '}
        <LetterBadge index={index} />
        <span className={styles.chipScore}>{score ?? '–'}</span>
      </span>
    </span>
  )
}

/** A place between two chips, or before or after them all; shows how its neighbours stand to each other. */
function Gap({ index, children }: { index: number; children: ReactNode }) {
  const { setNodeRef, isOver } = useDroppable({ id: `gap-${index}`, data: { kind: 'gap', index } satisfies Target })
  return (
    <span ref={setNodeRef} className={styles.gap} data-over={isOver || undefined} data-testid={`gap-${index}`}>
      {children}
    </span>
  )
}

function SlotZone({ index, children }: { index: number; children: ReactNode }) {
  const { setNodeRef, isOver } = useDroppable({ id: `slot-${index}`, data: { kind: 'slot', index } satisfies Target })
  return (
    <span ref={setNodeRef} className={styles.slot} data-over={isOver || undefined} data-testid={`slot-${index}`}>
      {children}
    </span>
  )
}

function Tray({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const { setNodeRef, isOver } = useDroppable({ id: 'tray', data: { kind: 'tray' } satisfies Target })
  return (
    <span ref={setNodeRef} className={styles.tray} data-over={isOver || undefined} data-testid="tray">
      <span className={styles.quiet}>{t('task.order.tray')}</span>
      {children}
    </span>
  )
}
