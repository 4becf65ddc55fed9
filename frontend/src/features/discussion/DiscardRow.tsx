import type { DisputedDiscard } from '@/api/discussions'
import { LetterBadge } from '@/components/LetterBadge'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { ownMark } from './agreeing'
import styles from './discussion.module.css'
import { ItemRow } from './ItemRow'
import type { DiscussionWork } from './useDiscussionWork'

interface Props {
  discard: DisputedDiscard
  focused: boolean
  work: DiscussionWork
  position: (response: number) => number
}

/** A response that some passes call garbage and others do not. */
export function DiscardRow({ discard, focused, work, position }: Props) {
  const { t } = useTranslation()
  const { response, passes, mine } = discard
  const marked = ownMark(work.discussion, discard)
  return (
    <ItemRow
      focused={focused}
      testid={`discard-${response}`}
      name={<LetterBadge index={position(response)} />}
      state={t('discussion.discard.label')}
      onFocus={() => work.setFocus(`discard:${response}`)}
    >
      {passes.map((said) => (
        <td key={said.pass} data-testid={`marked-${said.pass}`} data-marked={said.marked}>
          <strong>{t(said.marked ? 'discussion.discard.marked' : 'discussion.discard.unmarked')}</strong>
          <span className={styles.by}>{t('discussion.pass', { pass: said.pass })}</span>
        </td>
      ))}
      <td className={styles.actions}>
        {focused && mine && work.discussion.open && (
          <Button size="small" type="primary" onClick={work.toggleDiscard} data-testid="discard-toggle">
            {t(marked ? 'discussion.discard.withdraw' : 'discussion.discard.mark')} <kbd>X</kbd>
          </Button>
        )}
      </td>
    </ItemRow>
  )
}
