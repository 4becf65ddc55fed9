import type { Assignment, FaultKind } from '@/api/assignments'
import { letterAt } from '@/lib/hues'
import { useTranslation } from 'react-i18next'
import { FaultChooser } from './FaultChooser'
import { SelectionButton } from './SelectionButton'
import type { Faults } from './useFaults'
import styles from './marking.module.css'

interface Props {
  assignment: Assignment
  faults: Faults
  kinds: readonly FaultKind[]
}

/** What floats above the texts while a passage is chosen and marked. */
export function MarkingPanel({ assignment: { responses }, faults, kinds }: Props) {
  const { t } = useTranslation()
  const { caret, draft } = faults
  const letter = (id: number) => letterAt(responses.findIndex((response) => response.id === id))
  return (
    <>
      <span className={styles.hidden} role="status" data-testid="caret-status">
        {caret && !draft && t('marking.caret.chosen', {
          letter: letter(caret.response.id),
          text: caret.response.text.slice(caret.span.start, caret.span.end),
        })}
      </span>
      {caret && !draft && (
        <div className={styles.caretHelp} data-testid="caret-help">
          {t('marking.caret.keys')}
        </div>
      )}
      {!draft && !caret && <SelectionButton responses={responses} onMark={faults.mark} />}
      {draft && (
        <FaultChooser
          key={draft.editing?.id}
          draft={draft}
          letter={letter(draft.response.id)}
          kinds={kinds}
          onSave={faults.save}
          onCancel={faults.leave}
        />
      )}
    </>
  )
}
