import { useDecideSuspicion, type SuspicionItem } from '@/api/colleague'
import { PromptBox } from '@/components/compare/PromptBox'
import { ResponseColumns } from '@/components/compare/ResponseColumns'
import { Failure } from '@/components/Failure'
import { useFormat } from '@/lib/format'
import { isComposing } from '@/lib/keyboard'
import { useKeyCommands } from '@/lib/keyCommands'
import type { Verdict } from '@/lib/ranking'
import { Button, Input } from 'antd'
import type { TextAreaRef } from 'antd/es/input/TextArea'
import { useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { commandFor, type Command } from './keys'
import { Revealed } from './Revealed'
import styles from './suspicions.module.css'

const CHOICES = [
  { verdict: 'a', key: 'G' },
  { verdict: 'equal', key: 'S' },
  { verdict: 'b', key: 'B' },
] as const

/** A and B have no ids of their own here: nothing but their texts is told before the answer. */
const A = 0
const B = 1
const PAIR = { response_a: A, response_b: B, verdicts: [] }
const position = (response: number) => response

interface Props {
  project: number
  item: SuspicionItem
  waiting: number
  onNext: () => void
}

/** One pair: the texts, an answer, and then what stood before. */
export function SuspicionView({ project, item, waiting, onNext }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const [diff, setDiff] = useState(false)
  const [reason, setReason] = useState('')
  const field = useRef<TextAreaRef>(null)
  const decide = useDecideSuspicion(project)
  const responses = useMemo(
    () => [
      { id: A, label: 'A', text: item.first },
      { id: B, label: 'B', text: item.second },
    ],
    [item],
  )
  const answer = (verdict: Verdict) => {
    if (decide.isIdle || decide.isError) decide.mutate({ handle: item.handle, verdict, reason })
  }
  useKeyCommands(commandFor, (command: Command) => {
    if (command.name === 'verdict') answer(command.verdict)
    else if (command.name === 'diff') setDiff((on) => !on)
    else if (command.name === 'reason') field.current?.focus()
    else if (decide.isSuccess || decide.isError) onNext()
  })
  return (
    <>
      <p className={styles.about}>
        <span>{item.category.path.join(' / ')}</span>
        <span data-testid="suspicions-waiting">{t('suspicions.waiting', { n: format.integer(waiting) })}</span>
        <span>{t('suspicions.blind')}</span>
      </p>
      <PromptBox text={item.text} system={item.system} />
      <ResponseColumns responses={responses} focused={PAIR} position={position} diff={diff} onDiff={setDiff} />
      <div className={styles.bar}>
        {decide.data ? (
          <Revealed decided={decide.data} onNext={onNext} />
        ) : (
          <>
            <div className={styles.choices} role="group" aria-label={t('suspicions.question')}>
              <strong>{t('suspicions.question')}</strong>
              {CHOICES.map(({ verdict, key }) => (
                <Button
                  key={verdict}
                  disabled={decide.isPending}
                  onClick={() => answer(verdict)}
                  data-testid={`suspicion-${verdict}`}
                >
                  {t(`suspicions.choice.${verdict}`)} <kbd>{key}</kbd>
                </Button>
              ))}
              <span className={styles.reason}>
                <Input.TextArea
                  ref={field}
                  value={reason}
                  onChange={(event) => setReason(event.target.value)}
                  onKeyDown={(event) => event.key === 'Escape' && !isComposing(event.nativeEvent) && field.current?.blur()}
                  placeholder={t('suspicions.reason')}
                  aria-label={t('suspicions.reason')}
                  autoSize={{ minRows: 1, maxRows: 4 }}
                  maxLength={2000}
                  data-testid="suspicion-reason"
                />
                <kbd>C</kbd>
              </span>
            </div>
            {decide.isError && (
              <>
                <Failure error={decide.error} kept={t('suspicions.kept')} />
                <Button onClick={onNext} data-testid="suspicion-next">
                  {t('suspicions.next')} <kbd>J</kbd>
                </Button>
              </>
            )}
          </>
        )}
      </div>
    </>
  )
}
