import { LetterBadge } from '@/components/LetterBadge'
import type { Layers } from '@/components/marks/usePaintedText'
import { diffTexts, sharedShare } from '@/lib/textDiff'
import { useFormat } from '@/lib/format'
import { Button } from 'antd'
import { useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './compare.module.css'
import { ResponseColumn } from './ResponseColumn'
import type { ComparedRow, Position, ShownResponse } from './verdicts'

interface Props {
  responses: readonly ShownResponse[]
  /** The comparison at hand: its two responses stand first */
  focused: Pick<ComparedRow, 'response_a' | 'response_b' | 'verdicts'> | undefined
  position: Position
  /** Whether the two are shown with what only one of them says */
  diff: boolean
  onDiff: (diff: boolean) => void
  /** Shown, too, whatever the comparison at hand is */
  also?: number | undefined
  /** What is painted in a text; the same function as long as nothing changed */
  layersOf?: (response: ShownResponse) => Layers
  /** What stands in the bar that stays in view */
  children?: ReactNode
}

const NO_LAYERS: Layers = {}
const noLayers = () => NO_LAYERS

/**
 * Full texts side by side: the two of the comparison at hand, and whichever else the reader adds. Letters, scores and
 * notes stay in view while the texts scroll.
 */
export function ResponseColumns({ responses, focused, position, diff, onDiff, also, layersOf = noLayers, children }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const [added, setAdded] = useState<ReadonlySet<number>>(new Set())
  const [a, b] = [focused?.response_a, focused?.response_b].map((id) => responses.find((found) => found.id === id))
  const parts = useMemo(() => (diff && a && b ? diffTexts(a.text, b.text) : null), [diff, a, b])
  const pair = [a, b].filter((response) => response !== undefined)
  const shown = [...pair, ...responses.filter((response) => (added.has(response.id) || response.id === also) && !pair.includes(response))]
  const toggle = (id: number) =>
    setAdded((before) => (before.has(id) ? new Set([...before].filter((other) => other !== id)) : new Set(before).add(id)))
  return (
    <section aria-label={t('qa.responses')}>
      <div className={styles.textsBar}>
        <span role="group" aria-label={t('qa.shown')}>
          {responses.map((response) => (
            <button
              key={response.id}
              type="button"
              className={styles.letter}
              aria-pressed={shown.includes(response)}
              disabled={pair.includes(response)}
              onClick={() => toggle(response.id)}
              title={t('qa.showResponse', { label: response.label })}
              data-testid={`show-${response.label}`}
            >
              <LetterBadge index={position(response.id)} />
            </button>
          ))}
        </span>
        <Button size="small" type={diff ? 'primary' : 'default'} aria-pressed={diff} onClick={() => onDiff(!diff)} data-testid="diff-toggle">
          {t('qa.diff')} <kbd>D</kbd>
        </Button>
        {parts && <span>{t('qa.shared', { share: format.percent(sharedShare(parts)) })}</span>}
        {children}
        <Notes focused={focused} />
      </div>
      <div className={styles.texts}>
        {shown.map((response) => (
          <ResponseColumn
            key={response.id}
            response={response}
            index={position(response.id)}
            focused={focused}
            parts={pair.includes(response) ? parts : null}
            layersOf={layersOf}
          />
        ))}
      </div>
    </section>
  )
}

/** What the people of the passes noted, once each. */
function Notes({ focused }: { focused: Props['focused'] }) {
  const noted = focused?.verdicts.filter(({ notes }) => notes !== '') ?? []
  return noted.map((said) => (
    <p key={said.pass} className={styles.notes} data-testid={`notes-${said.pass}`}>
      <strong>{said.by}</strong> {said.notes}
    </p>
  ))
}
