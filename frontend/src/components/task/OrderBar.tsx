import { LetterBadge } from '@/components/LetterBadge'
import { arrangement, contradictions, scoreOf, unplaced } from '@/lib/ordering'
import { DndContext, pointerWithin, useDraggable, useDroppable } from '@dnd-kit/core'
import { Fragment, useRef, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useDragSensors, useDragTexts } from './dragging'
import { dropped, targetKey, type Target } from './drop'
import { Settle } from './Settle'
import { useCarry, type Carry } from './useCarry'
import type { Task } from './useTask'
import panels from './panels.module.css'
import styles from './task.module.css'

const SIGN = { above: '>', open: '?' } as const

/** The order so far as chips to drag, and below it the one thing to settle next. */
export function OrderBar({ task }: { task: Task }) {
  const { t } = useTranslation()
  const { ordering } = task
  const bar = useRef<HTMLDivElement>(null)
  const carry = useCarry(task, bar)
  const slots = arrangement(ordering)
  const tray = unplaced(ordering)
  const disputed = new Set(contradictions(ordering).flatMap((one) => [one.higherScored, one.lowerScored]))
  const chip = (id: number) => <Chip key={id} id={id} task={task} carry={carry} disputed={disputed.has(id)} />
  const zone = (target: Target) => ({ target, over: carry.over === targetKey(target), guest: carry.guest })
  return (
    <DndContext
      sensors={useDragSensors()}
      collisionDetection={pointerWithin}
      accessibility={useDragTexts(task.letter)}
      onDragEnd={({ active, over }) => {
        const target = over?.data.current as Target | undefined
        if (target) task.setOrdering(dropped(ordering, Number(active.id), target))
      }}
    >
      <div ref={bar} className={styles.orderBar}>
        <strong>{t('task.order.label')}</strong>
        <div className={styles.order} data-testid="order" data-order={task.text()}>
          <Zone className={styles.gap} {...zone({ kind: 'gap', index: 0 })}>
            {slots.length === 0 && <span className={styles.quiet}>{t('task.order.empty')}</span>}
          </Zone>
          {slots.map(({ responses, next }, index) => (
            <Fragment key={responses.join()}>
              <Zone className={styles.slot} {...zone({ kind: 'slot', index })}>
                {responses.map((id, position) => (
                  <Fragment key={id}>
                    {position > 0 && <span className={styles.sign}>=</span>}
                    {chip(id)}
                  </Fragment>
                ))}
              </Zone>
              <Zone className={styles.gap} {...zone({ kind: 'gap', index: index + 1 })}>
                {next && SIGN[next]}
              </Zone>
            </Fragment>
          ))}
        </div>
        {tray.length > 0 && (
          <Zone className={styles.tray} {...zone({ kind: 'tray' })}>
            <span className={styles.quiet}>{t('task.order.tray')}</span>
            {tray.map(chip)}
          </Zone>
        )}
        {task.noneAcceptable && (
          <span className={panels.noneMark} data-testid="none-acceptable">
            ⊘ {t('task.none.label')}
          </span>
        )}
        <Settle task={task} />
        <span className="visually-hidden" role="status" aria-live="assertive" data-testid="carried">
          {carry.told}
        </span>
      </div>
    </DndContext>
  )
}

function Chip({ id, task, carry, disputed }: { id: number; task: Task; carry: Carry; disputed: boolean }) {
  const { t } = useTranslation()
  const index = task.ordering.responses.indexOf(id)
  const score = scoreOf(task.ordering, id)
  const { setNodeRef, listeners, attributes, transform, isDragging } = useDraggable({
    id,
    attributes: { roleDescription: t('task.drag.role') },
  })
  const carried = carry.carried === id
  return (
    <span
      ref={setNodeRef}
      {...listeners}
      {...attributes}
      {...carry.handlers(id)}
      aria-pressed={carried || isDragging || undefined}
      className={styles.chip}
      data-chip={id}
      data-dragging={isDragging || undefined}
      data-carried={carried || undefined}
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

interface ZoneProps {
  target: Target
  className: string | undefined
  /** A chip is carried over it by keys */
  over: boolean
  /** Which response would join it, by display order */
  guest: number | null
  children: ReactNode
}

/** Where a chip can be dropped. A gap, before, between or after the places, also shows how its neighbours stand to each other. */
function Zone({ target, className, over, guest, children }: ZoneProps) {
  const key = targetKey(target)
  const { setNodeRef, isOver } = useDroppable({ id: key, data: target })
  const joins = over && guest !== null
  return (
    <span ref={setNodeRef} className={className} data-over={isOver || over || undefined} data-testid={key}>
      {!(joins && target.kind === 'gap') && children}
      {joins && (
        <span className={styles.guest} aria-hidden>
          {target.kind === 'slot' && <span className={styles.sign}>=</span>}
          <LetterBadge index={guest} />
        </span>
      )}
    </span>
  )
}
